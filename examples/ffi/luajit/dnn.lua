-- libdnn for LuaJIT: a binding by its FFI.
--
-- ARRAYS. x and y are a table of rows, {{0, 1}, {1, 0}}, which is copied into doubles; or such doubles themselves, made by
-- dnn.array(rows) or ffi.new("double[?]", n), with their number of rows unless they are all of the array: they are lent to the
-- library as they are.
--
-- ERRORS are raised by error(), as the text of dnn_last_error().
--
-- HANDLES are released by the garbage collector, in whatever order; :close() releases one at once.
--
-- THREADS. A Lua state is one thread. The library is found by the environment variable DNN_LIBRARY, else where the system
-- looks for libdnn (on Linux for libdnn.so.0, which needs no package for development).
local ffi = require("ffi")

ffi.cdef [[
typedef struct dnn_config dnn_config;
typedef struct dnn_model dnn_model;
typedef struct dnn_trainer dnn_trainer;
typedef struct dnn_dataset dnn_dataset;
typedef struct dnn_progress dnn_progress;

const char *dnn_version_string(void);
const char *dnn_last_error(void);

int32_t dnn_config_create(const char *recipe, dnn_config **out);
void dnn_config_destroy(dnn_config *config);
int32_t dnn_config_set(dnn_config *config, const char *key, const char *text);
int32_t dnn_config_get(const dnn_config *config, const char *key, char *buffer, int64_t capacity, int64_t *length);

int32_t dnn_dataset_create(const double *x, int64_t n, int64_t n_in, const double *y, int64_t n_out, dnn_dataset **out);
int32_t dnn_dataset_create_labels(const double *x, int64_t n, int64_t n_in, const int32_t *labels, int64_t classes,
                                  dnn_dataset **out);
int32_t dnn_dataset_read_csv(const char *path, const char *options, dnn_dataset **out);
int32_t dnn_dataset_split(const dnn_dataset *dataset, double fraction, int64_t seed, dnn_dataset **first,
                          dnn_dataset **second);
int64_t dnn_dataset_size(const dnn_dataset *dataset);
void dnn_dataset_destroy(dnn_dataset *dataset);

int32_t dnn_model_create(const int64_t *layers, int64_t layer_count, const dnn_config *config, dnn_model **out);
void dnn_model_destroy(dnn_model *model);
int64_t dnn_model_layer_count(const dnn_model *model);
int64_t dnn_model_layer_size(const dnn_model *model, int64_t layer);
int32_t dnn_model_predict(const dnn_model *model, const double *x, int64_t n, double *y);
int32_t dnn_model_evaluate(const dnn_model *model, const dnn_dataset *dataset, double *loss, double *accuracy);
int32_t dnn_model_standardize(dnn_model *model, const dnn_dataset *dataset);
int32_t dnn_model_summary(const dnn_model *model, char *buffer, int64_t capacity, int64_t *length);
int32_t dnn_model_save(const dnn_model *model, const char *path);
int32_t dnn_model_load(const char *path, dnn_model **out);

int32_t dnn_trainer_create(dnn_model *model, const dnn_config *config, dnn_trainer **out);
void dnn_trainer_destroy(dnn_trainer *trainer);
int32_t dnn_trainer_step(dnn_trainer *trainer, const double *x, const double *y, int64_t n, double *loss);
int32_t dnn_trainer_fit(dnn_trainer *trainer, const dnn_dataset *training, const dnn_dataset *validation);
int32_t dnn_trainer_set_progress(dnn_trainer *trainer, int32_t (*callback)(void *user, const dnn_progress *progress),
                                 void *user);
int64_t dnn_trainer_history_count(const dnn_trainer *trainer);
int32_t dnn_trainer_history(const dnn_trainer *trainer, int64_t epoch, double *loss, double *validation_loss,
                            double *validation_accuracy);
int32_t dnn_trainer_diagnose(dnn_trainer *trainer, char *buffer, int64_t capacity, int64_t *length);

int64_t dnn_progress_epoch(const dnn_progress *progress);
int64_t dnn_progress_epochs(const dnn_progress *progress);
int64_t dnn_progress_batch(const dnn_progress *progress);
int64_t dnn_progress_batches(const dnn_progress *progress);
double dnn_progress_loss(const dnn_progress *progress);
double dnn_progress_validation_loss(const dnn_progress *progress);
double dnn_progress_validation_accuracy(const dnn_progress *progress);
double dnn_progress_seconds(const dnn_progress *progress);
]]

local C = ffi.load(os.getenv("DNN_LIBRARY") or (ffi.os == "Linux" and "libdnn.so.0" or "dnn"))
local STOPPED = 1
local dnn = {}

local function check(status)
  if status < 0 then
    error(ffi.string(C.dnn_last_error()), 0)
  end
  return status
end

-- A handle that the collector releases: own("model", function(out) return C.dnn_model_load(c_string(path), out) end)
local function take(kind, handle)
  return ffi.gc(handle, C["dnn_" .. kind .. "_destroy"])
end

local function own(kind, create)
  local out = ffi.new("dnn_" .. kind .. "*[1]")
  check(create(out))
  return take(kind, out[0])
end

local function text(write)
  local length = ffi.new("int64_t[1]")
  check(write(nil, 0, length))
  local buffer = ffi.new("char[?]", length[0] + 1)
  check(write(buffer, length[0] + 1, nil))
  return ffi.string(buffer, length[0])
end

-- A text for C, which would end at a NUL.
local function c_string(text)
  if text and tostring(text):find("\0", 1, true) then
    error(("%q holds a NUL"):format(text), 0)
  end
  return text
end

-- The rows of a table as doubles: array, rows, columns.
function dnn.array(rows)
  if rows[1] and type(rows[1]) ~= "table" then
    error("expected a table of rows, {{…}, …}, not of " .. type(rows[1]) .. "s", 0)
  end
  local n, columns = #rows, #(rows[1] or {})
  local array = ffi.new("double[?]", n * columns)
  for i, row in ipairs(rows) do
    if #row ~= columns then
      error(("row %d has %d numbers, the first has %d"):format(i, #row, columns), 0)
    end
    for j, number in ipairs(row) do
      array[(i - 1) * columns + j - 1] = number
    end
  end
  return array, n, columns
end

-- What a function was given for `name`, a table of rows, or doubles and their rows: array, rows, columns. Columns nil: what a
-- table has.
local function rows_of(name, given, n, columns)
  if type(given) == "table" then
    local array, rows, found = dnn.array(given)
    if rows > 0 and found ~= (columns or found) then
      error(("%s has rows of %d numbers, expected %d"):format(name, found, columns), 0)
    end
    return array, rows, columns or found
  end
  -- an array knows its size, a pointer does not
  local is_array = tostring(ffi.typeof(given)):find("double [", 1, true)
  local room = is_array and columns and ffi.sizeof(given) / ffi.sizeof("double") / columns
  n = n or room
  if not n or n % 1 ~= 0 or n > (room or n) then
    error(("%s is %s, expected %s rows of %s"):format(name, ffi.typeof(given), n or "a number of", columns or "so many"), 0)
  end
  return given, n, columns
end

-- The methods of an object over a handle.
local function class(destroy)
  local methods = {}
  methods.__index = methods
  function methods:close()
    if self.handle ~= nil then
      destroy(ffi.gc(self.handle, nil))
      self.handle = nil -- NULL for the library, which then says so
    end
  end
  return methods
end

local Config, Dataset = class(C.dnn_config_destroy), class(C.dnn_dataset_destroy)
local Model, Trainer = class(C.dnn_model_destroy), class(C.dnn_trainer_destroy)

-- What a network is and how it learns: dnn.config("classifier", {epochs = 20}); the keys are in dnn.h.
function dnn.config(recipe, settings)
  local self = setmetatable({handle = own("config", function(out)
    return C.dnn_config_create(recipe or "tutorial", out)
  end)}, Config)
  for key, value in pairs(settings or {}) do
    self:set(key, value)
  end
  return self
end

function Config:set(key, value)
  local text = type(value) == "number" and ("%.17g"):format(value) or tostring(value)
  check(C.dnn_config_set(self.handle, c_string(key), c_string(text)))
end

function Config:get(key)
  return text(function(...) return C.dnn_config_get(self.handle, key, ...) end)
end

-- Samples, copied, from tables of rows. For doubles, columns = {inputs = 3, outputs = 1}.
function dnn.dataset(x, y, columns)
  columns = columns or {}
  local x_array, n, n_in = rows_of("x", x, nil, columns.inputs)
  local y_array, n_y, n_out = rows_of("y", y, nil, columns.outputs)
  if n ~= n_y then
    error(("x has %d samples, y has %d"):format(n, n_y), 0)
  end
  return setmetatable({handle = own("dataset", function(out)
    return C.dnn_dataset_create(x_array, n, n_in, y_array, n_out, out)
  end)}, Dataset)
end

-- The same from labels, classes 0 to classes − 1.
function dnn.labelled(x, labels, classes, columns)
  local x_array, n, n_in = rows_of("x", x, nil, columns and columns.inputs)
  if n ~= #labels then
    error(("x has %d samples, there are %d labels"):format(n, #labels), 0)
  end
  local label_array = ffi.new("int32_t[?]", n, labels)
  return setmetatable({handle = own("dataset", function(out)
    return C.dnn_dataset_create_labels(x_array, n, n_in, label_array, classes, out)
  end)}, Dataset)
end

function dnn.read_csv(path, options)
  return setmetatable({handle = own("dataset", function(out)
    return C.dnn_dataset_read_csv(c_string(path), c_string(options), out)
  end)}, Dataset)
end

-- first, second: `fraction` of the samples, and the rest
function Dataset:split(fraction, seed)
  local first, second = ffi.new("dnn_dataset*[1]"), ffi.new("dnn_dataset*[1]")
  check(C.dnn_dataset_split(self.handle, fraction, seed or 0, first, second))
  return setmetatable({handle = take("dataset", first[0])}, Dataset),
    setmetatable({handle = take("dataset", second[0])}, Dataset)
end

function Dataset:size()
  return tonumber(C.dnn_dataset_size(self.handle))
end

local function model_of(handle)
  local last = C.dnn_model_layer_count(handle) - 1
  return setmetatable({
    handle = handle,
    inputs = tonumber(C.dnn_model_layer_size(handle, 0)),
    outputs = tonumber(C.dnn_model_layer_size(handle, last)),
  }, Model)
end

function dnn.model(layers, config)
  local sizes = ffi.new("int64_t[?]", #layers, layers)
  return model_of(own("model", function(out)
    return C.dnn_model_create(sizes, #layers, config and config.handle, out)
  end))
end

function dnn.load(path)
  return model_of(own("model", function(out) return C.dnn_model_load(c_string(path), out) end))
end

function Model:save(path)
  check(C.dnn_model_save(self.handle, c_string(path)))
end

-- A table of rows for a table of rows; for doubles and their rows, doubles.
function Model:predict(x, n)
  local x_array, rows = rows_of("x", x, n, self.inputs)
  local y = ffi.new("double[?]", rows * self.outputs)
  check(C.dnn_model_predict(self.handle, x_array, rows, y))
  if type(x) ~= "table" then
    return y
  end
  local result = {}
  for i = 1, rows do
    result[i] = {}
    for j = 1, self.outputs do
      result[i][j] = y[(i - 1) * self.outputs + j - 1]
    end
  end
  return result
end

-- loss, accuracy
function Model:evaluate(dataset)
  local loss, accuracy = ffi.new("double[1]"), ffi.new("double[1]")
  check(C.dnn_model_evaluate(self.handle, dataset.handle, loss, accuracy))
  return loss[0], accuracy[0]
end

function Model:standardize(dataset)
  check(C.dnn_model_standardize(self.handle, dataset.handle))
end

function Model:__tostring()
  return text(function(...) return C.dnn_model_summary(self.handle, ...) end)
end

function dnn.trainer(model, config)
  return setmetatable({inputs = model.inputs, outputs = model.outputs, handle = own("trainer", function(out)
    return C.dnn_trainer_create(model.handle, config and config.handle, out)
  end)}, Trainer)
end

-- One update; the mean loss before it
function Trainer:step(x, y, n)
  local x_array, rows = rows_of("x", x, n, self.inputs)
  local y_array, rows_y = rows_of("y", y, n, self.outputs)
  if rows ~= rows_y then
    error(("x has %d samples, y has %d"):format(rows, rows_y), 0)
  end
  local loss = ffi.new("double[1]")
  check(C.dnn_trainer_step(self.handle, x_array, y_array, rows, loss))
  return loss[0]
end

-- Trains for the config's epochs; true if it came to its end. options.progress is called after each batch with a table of
-- what dnn_progress_* tell, and stops the training by returning false; an error in it stops it too, and leaves fit once
-- the library has returned.
function Trainer:fit(training, options)
  options = options or {}
  local failed, failure = false, nil
  local function tell(_, progress)
    local ok, answer = pcall(options.progress, {
      epoch = tonumber(C.dnn_progress_epoch(progress)),
      epochs = tonumber(C.dnn_progress_epochs(progress)),
      batch = tonumber(C.dnn_progress_batch(progress)),
      batches = tonumber(C.dnn_progress_batches(progress)),
      loss = C.dnn_progress_loss(progress),
      validation_loss = C.dnn_progress_validation_loss(progress),
      validation_accuracy = C.dnn_progress_validation_accuracy(progress),
      seconds = C.dnn_progress_seconds(progress),
    })
    if not ok then
      failed, failure = true, answer
    end
    return (ok and answer ~= false) and 1 or 0
  end
  -- LuaJIT must not be within compiled code when C calls back: this function is never compiled, see jit.off below.
  local callback = options.progress and ffi.cast("int32_t (*)(void *, const dnn_progress *)", tell)
  local validation = options.validation and options.validation.handle
  check(C.dnn_trainer_set_progress(self.handle, callback, nil))
  local status = C.dnn_trainer_fit(self.handle, training.handle, validation)
  local message = status < 0 and ffi.string(C.dnn_last_error())
  C.dnn_trainer_set_progress(self.handle, nil, nil)
  if callback then
    callback:free() -- there are only so many
  end
  if failed or message then
    error(failed and failure or message, 0)
  end
  return status ~= STOPPED
end
jit.off(Trainer.fit)

-- {{loss =, validation_loss =, validation_accuracy =}, …}
function Trainer:history()
  local epochs = {}
  local loss, validation_loss, accuracy = ffi.new("double[1]"), ffi.new("double[1]"), ffi.new("double[1]")
  for i = 1, tonumber(C.dnn_trainer_history_count(self.handle)) do
    check(C.dnn_trainer_history(self.handle, i - 1, loss, validation_loss, accuracy))
    epochs[i] = {loss = loss[0], validation_loss = validation_loss[0], validation_accuracy = accuracy[0]}
  end
  return epochs
end

function Trainer:diagnose()
  return text(function(...) return C.dnn_trainer_diagnose(self.handle, ...) end)
end

function dnn.version()
  return ffi.string(C.dnn_version_string())
end

return dnn
