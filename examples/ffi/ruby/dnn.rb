# libdnn for Ruby: a thin binding by Fiddle, which comes with Ruby.
#
# ARRAYS. x and y are arrays of rows, [[0, 1], [1, 0]], or one row. Ruby's arrays hold objects, so their numbers are packed
# into a string of doubles, a copy; such a string (row after row, of pack("d*") or Numo's to_binary) may be given instead, and is
# lent to the library as it is. A Dataset must then be told how many columns it has: inputs:, outputs:.
#
# ERRORS. A status below 0 raises Dnn::Error with the text of dnn_last_error and the number in #status; an array of the
# wrong shape is an ArgumentError.
#
# HANDLES are released by the garbage collector, in whatever order; #close releases one at once.
#
# THREADS. Ruby's other threads run while the library computes (Fiddle gives up the lock). One Model may predict in any number of
# them; anything else is used by one at a time, but for Trainer#cancel.
#
# The library is found by the environment variable DNN_LIBRARY, else where the system looks for libdnn.so.0.
require "fiddle"

module Dnn
  # C's functions: C.dnn_name(arguments) for each signature.
  module C
    INT, LONG, REAL, POINTER, NOTHING =
      Fiddle::TYPE_INT, Fiddle::TYPE_LONG_LONG, Fiddle::TYPE_DOUBLE, Fiddle::TYPE_VOIDP, Fiddle::TYPE_VOID
    LIBRARY = Fiddle.dlopen(ENV["DNN_LIBRARY"] || "libdnn.so.0")

    # v nothing, i int32, l int64, d double, p pointer; the result first
    SIGNATURES = {
      version_string: "p", last_error: "p",
      config_create: "ipp", config_destroy: "vp", config_set: "ippp", config_get: "ippplp",
      dataset_create: "ipllplp", dataset_create_labels: "ipllplp", dataset_read_csv: "ippp", dataset_split: "ipdlpp",
      dataset_size: "lp", dataset_inputs: "lp", dataset_outputs: "lp", dataset_destroy: "vp",
      model_create: "iplpp", model_destroy: "vp", model_layer_count: "lp", model_layer_size: "lpl",
      model_predict: "ipplp", model_classify: "ipplp", model_evaluate: "ipppp", model_standardize: "ipp",
      model_summary: "ipplp", model_save: "ipp", model_load: "ipp",
      trainer_create: "ippp", trainer_destroy: "vp", trainer_step: "ippplp", trainer_fit: "ippp",
      trainer_set_progress: "ippp", trainer_cancel: "ip", trainer_history_count: "lp", trainer_history: "iplppp",
      trainer_diagnose: "ipplp",
      progress_epoch: "lp", progress_epochs: "lp", progress_batch: "lp", progress_batches: "lp", progress_loss: "dp",
      progress_validation_loss: "dp", progress_validation_accuracy: "dp", progress_seconds: "dp"
    }.freeze
    TYPES = {"v" => NOTHING, "i" => INT, "l" => LONG, "d" => REAL, "p" => POINTER}.freeze

    def self.function(name)
      LIBRARY["dnn_#{name}"]
    end

    SIGNATURES.each do |name, signature|
      result, *arguments = signature.chars.map { |type| TYPES.fetch(type) }
      function = Fiddle::Function.new(function(name), arguments, result)
      define_singleton_method(name) { |*values| function.call(*values) }
    end
  end

  class Error < StandardError
    attr_reader :status

    def initialize(status, text = C.last_error.to_s.force_encoding("UTF-8"))
      super(text)
      @status = status
    end
  end

  STOPPED = 1

  def self.version
    C.version_string.to_s
  end

  def self.check(status)
    raise Error, status if status < 0
    status
  end

  # Room for `count` numbers of eight bytes, which C writes.
  def self.room(count)
    "\0".b * (8 * count)
  end

  def self.text
    length = room(1)
    check(yield nil, 0, length)
    size = length.unpack1("q")
    buffer = "\0".b * (size + 1)
    check(yield buffer, size + 1, nil)
    buffer[0, size].force_encoding("UTF-8")
  end

  # The handle of an object, or nil for nil. C could not tell it from one of another class.
  def self.handle(kind, object)
    raise TypeError, "expected a #{kind}, got a #{object.class}" unless object.nil? || object.is_a?(kind)
    object&.handle
  end

  # A value as C takes it, which would end at a NUL.
  def self.string(value)
    value.to_s.tap { |string| raise ArgumentError, "#{string.inspect} holds a NUL" if string.include?("\0") }
  end

  # [doubles in a string, rows, columns]; columns nil: whatever it has.
  def self.rows(name, array, columns)
    return packed(name, array, columns) if array.is_a?(String)
    array = [array] unless array.first.is_a?(Array)
    found = array.map(&:size).uniq
    unless found.size <= 1 && (columns.nil? || found == [columns] || found.empty?)
      raise ArgumentError, "#{name} has rows of #{found.join(", ")} numbers, expected #{columns || "rows of one length"}"
    end
    [array.flatten.pack("d*"), array.size, columns || found.first]
  end

  def self.packed(name, string, columns)
    unless columns && (string.bytesize % (8 * columns)).zero?
      expected = columns ? "rows of #{columns} doubles" : "inputs: and outputs: to say how many doubles a row has"
      raise ArgumentError, "#{name} is a string of #{string.bytesize} bytes, expected #{expected}"
    end
    [string, string.bytesize / 8 / columns, columns]
  end

  # Owns one handle.
  class Owner
    def handle
      raise Error.new(-1, "the #{self.class.name} was closed") if @handle.freed?
      @handle
    end

    # Gives the block room for the handle, and keeps what is written there.
    def own(kind)
      out = Dnn.room(1)
      Dnn.check(yield(out))
      take(kind, out.unpack1("J"))
    end

    def take(kind, address)
      @handle = Fiddle::Pointer.new(address, 0, C.function("#{kind}_destroy"))
      self
    end

    # Releases the handle now, and not when the object is collected. Twice is once.
    def close
      @handle.call_free
    end
  end

  # What a network is and how it learns; the keys are in dnn.h.
  class Config < Owner
    def initialize(recipe = "tutorial", **settings)
      own(:config) { |out| C.config_create(Dnn.string(recipe), out) }
      settings.each { |key, value| self[key] = value }
    end

    def []=(key, value)
      Dnn.check(C.config_set(handle, Dnn.string(key), Dnn.string(value)))
    end

    def [](key)
      Dnn.text { |buffer, capacity, length| C.config_get(handle, Dnn.string(key), buffer, capacity, length) }
    end
  end

  # Samples, copied.
  class Dataset < Owner
    def initialize(x, y, inputs: nil, outputs: nil)
      x, n, inputs = Dnn.rows("x", x, inputs)
      y, n_y, outputs = Dnn.rows("y", y, outputs)
      raise ArgumentError, "x has #{n} samples, y has #{n_y}" unless n == n_y
      own(:dataset) { |out| C.dataset_create(x, n, inputs, y, outputs, out) }
    end

    # Classes 0, 1, …
    def self.from_labels(x, labels, classes = labels.max + 1, inputs: nil)
      x, n, inputs = Dnn.rows("x", x, inputs)
      raise ArgumentError, "x has #{n} samples, there are #{labels.size} labels" unless n == labels.size
      allocate.own(:dataset) { |out| C.dataset_create_labels(x, n, inputs, labels.pack("l*"), classes, out) }
    end

    def self.read_csv(path, options = "")
      allocate.own(:dataset) { |out| C.dataset_read_csv(File.path(path), Dnn.string(options), out) }
    end

    # [first, second]: `fraction` of the samples, and the rest
    def split(fraction, seed = 0)
      first, second = Dnn.room(1), Dnn.room(1)
      Dnn.check(C.dataset_split(handle, fraction, seed, first, second))
      [first, second].map { |out| Dataset.allocate.take(:dataset, out.unpack1("J")) }
    end

    def size
      C.dataset_size(handle)
    end
  end

  class Model < Owner
    def initialize(layers, config = nil)
      own(:model) { |out| C.model_create(layers.pack("q*"), layers.size, Dnn.handle(Config, config), out) }
    end

    def self.load(path)
      allocate.own(:model) { |out| C.model_load(File.path(path), out) }
    end

    def save(path)
      Dnn.check(C.model_save(handle, File.path(path)))
    end

    def layers
      Array.new(C.model_layer_count(handle)) { |l| C.model_layer_size(handle, l) }
    end

    # A row for each row of x; for one row, its outputs.
    def predict(x)
      sizes = layers
      numbers, n, = Dnn.rows("x", x, sizes.first)
      out = Dnn.room(n * sizes.last)
      Dnn.check(C.model_predict(handle, numbers, n, out))
      y = out.unpack("d*").each_slice(sizes.last).to_a
      x.is_a?(Array) && !x.first.is_a?(Array) ? y.first : y
    end

    # The class of each row
    def classify(x)
      numbers, n, = Dnn.rows("x", x, layers.first)
      labels = "\0".b * (4 * n)
      Dnn.check(C.model_classify(handle, numbers, n, labels))
      labels.unpack("l*")
    end

    # {loss:, accuracy:}
    def evaluate(dataset)
      loss, accuracy = Dnn.room(1), Dnn.room(1)
      Dnn.check(C.model_evaluate(handle, Dnn.handle(Dataset, dataset), loss, accuracy))
      {loss: loss.unpack1("d"), accuracy: accuracy.unpack1("d")}
    end

    def standardize(dataset)
      Dnn.check(C.model_standardize(handle, Dnn.handle(Dataset, dataset)))
    end

    def to_s
      Dnn.text { |buffer, capacity, length| C.model_summary(handle, buffer, capacity, length) }
    end
  end

  Progress = Struct.new(:epoch, :epochs, :batch, :batches, :loss, :validation_loss, :validation_accuracy, :seconds) do
    def ends_epoch?
      batch == batches
    end
  end

  Epoch = Struct.new(:loss, :validation_loss, :validation_accuracy)

  class Trainer < Owner
    def initialize(model, config = nil)
      own(:trainer) { |out| C.trainer_create(Dnn.handle(Model, model), Dnn.handle(Config, config), out) }
      @layers = model.layers
    end

    # One update; the mean loss before it
    def step(x, y)
      x, n, = Dnn.rows("x", x, @layers.first)
      y, n_y, = Dnn.rows("y", y, @layers.last)
      raise ArgumentError, "x has #{n} samples, y has #{n_y}" unless n == n_y
      loss = Dnn.room(1)
      Dnn.check(C.trainer_step(handle, x, y, n, loss))
      loss.unpack1("d")
    end

    # Trains for the config's epochs; true if it came to its end. The block is told a Progress after each batch, and stops
    # the training by false. So does whatever leaves the block: break, throw, an exception.
    def fit(training, validation = nil, &block)
      call = block && Fiddle::Closure::BlockCaller.new(C::INT, [C::POINTER, C::POINTER]) do |_, progress|
        Fiber.yield(Progress.new(*Progress.members.map { |name| C.public_send(:"progress_#{name}", progress) }))
      end
      Dnn.check(C.trainer_set_progress(handle, call, nil))
      handles = [handle, Dnn.handle(Dataset, training), Dnn.handle(Dataset, validation)]
      # The library runs in a fiber and the block out here: what leaves the block does not pass through C's frames.
      library = Fiber.new { Dnn.check(C.trainer_fit(*handles)) != STOPPED }
      Thread.handle_interrupt(Object => :never) { run(library, block) } # nor does what comes from outside: Timeout, kill
    end

    # Ends a fit that runs in another thread.
    def cancel
      Dnn.check(C.trainer_cancel(handle))
    end

    def history
      Array.new(C.trainer_history_count(handle)) do |i|
        figures = Array.new(3) { Dnn.room(1) }
        Dnn.check(C.trainer_history(handle, i, *figures))
        Epoch.new(*figures.map { |figure| figure.unpack1("d") })
      end
    end

    def diagnose
      Dnn.text { |buffer, capacity, length| C.trainer_diagnose(handle, buffer, capacity, length) }
    end

    # Calls the block until the library's fiber has come to its end.
    private def run(library, block)
      result = library.resume
      while library.alive?
        goes_on = Thread.handle_interrupt(Object => :immediate) { block.call(result) }
        result = library.resume(goes_on == false ? 0 : 1)
      end
      result
    ensure
      library.resume(0) while library.alive?
    end
  end
end
