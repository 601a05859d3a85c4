-- What ../README.md, "The check", asks of each language.
local ffi = require("ffi")
local dnn = require("dnn")

local X, Y, narrow = {}, {}, {}
for i = 0, 19 do
  X[i + 1] = {}
  for j = 0, 2 do
    X[i + 1][j + 1] = (7 * i + 5 * j) % 13 / 13
  end
  Y[i + 1] = {5 * i % 11 / 11}
  narrow[i + 1] = {0, 0}
end

local function make_config(epochs)
  return dnn.config("regressor",
    {precision = "f64", activation = "tanh", seed = 7, batch_size = 4, threads = 1, epochs = epochs})
end

local function must_be(is_so, what)
  print(is_so and what or "NOT " .. what)
end

local function bits(number)
  local value = ffi.new("union { double number; uint32_t half[2]; }", {number})
  return ("%08x%08x"):format(value.half[1], value.half[0]) -- little-endian, as all that LuaJIT runs on today
end

local function same(a, b)
  for i = 1, #a do
    if a[i][1] ~= b[i][1] then
      return false
    end
  end
  return #a == #b
end

local function resident_pages()
  local file = assert(io.open("/proc/self/statm"))
  local pages = tonumber(file:read("*l"):match("%d+ (%d+)"))
  file:close()
  return pages
end

local model, dataset = dnn.model({3, 8, 1}, make_config(5)), dnn.dataset(X, Y)
local trainer = dnn.trainer(model)
trainer:fit(dataset)
local predictions = model:predict(X)
for i = 1, 10 do
  print(("prediction %d: %s"):format(i - 1, bits(predictions[i][1])))
end
local lent = dnn.array(X)
assert(model:predict(lent)[19] == predictions[20][1])
assert(model:evaluate(dnn.dataset(lent, dnn.array(Y), {inputs = 3, outputs = 1})) == model:evaluate(dataset))

model:save("check.dnn")
must_be(same(dnn.load("check.dnn"):predict(X), predictions), "a saved and loaded model predicts the same")

local config = make_config(100)
local ok, message = pcall(config.set, config, "epochs", "many")
must_be(not ok, "a wrong value raises:")
print(message)
must_be(not pcall(model.predict, model, narrow) and not pcall(trainer.fit, trainer, dnn.dataset(narrow, Y)),
  "a wrong shape raises")

local stopped = dnn.trainer(model, config)
local finished = stopped:fit(dataset, {progress = function(p) return p.epoch < 3 or p.batch < p.batches end})
must_be(not finished and #stopped:history() == 3, "the callback stops after epoch 3")
local _, thrown = pcall(stopped.fit, stopped, dataset, {progress = function() error("from inside", 0) end})
if thrown ~= "from inside" then
  must_be(false, "an error in the callback comes out of fit")
end

model:close()
dataset:close()
must_be(trainer:step(X, Y) > 0 and not pcall(model.predict, model, X), "handles are destroyed in any order")

local before
for i = 1, 11000 do
  if i == 1001 then
    before = resident_pages()
  end
  local one_config = make_config(1)
  local one_model, one_dataset = dnn.model({3, 8, 1}, one_config), dnn.dataset(X, Y)
  local one_trainer = dnn.trainer(one_model)
  one_model:close()
  one_config:close()
  one_trainer:close()
  one_dataset:close()
end
must_be(resident_pages() - before < 512, "10,000 create and destroy do not grow memory")
