# What ../README.md, "The check", asks of each language.
require_relative "dnn"

X = Array.new(20) { |i| Array.new(3) { |j| (7 * i + 5 * j) % 13 / 13.0 } }
Y = Array.new(20) { |i| [5 * i % 11 / 11.0] }

def make_config(epochs)
  Dnn::Config.new("regressor", precision: "f64", activation: "tanh", seed: 7, batch_size: 4, threads: 1, epochs: epochs)
end

def must_be(is_so, what)
  puts is_so ? what : "NOT #{what}"
end

# What the block raises, of that kind, or nil.
def raised(kind)
  yield
  nil
rescue kind => error
  error
end

def resident_pages
  File.read("/proc/self/statm").split[1].to_i
end

def create_and_close
  config = make_config(1)
  model = Dnn::Model.new([3, 8, 1], config)
  dataset = Dnn::Dataset.new(X, Y)
  trainer = Dnn::Trainer.new(model)
  [model, config, trainer, dataset].each(&:close)
end

model = Dnn::Model.new([3, 8, 1], make_config(5))
dataset = Dnn::Dataset.new(X, Y)
trainer = Dnn::Trainer.new(model)
trainer.fit(dataset)
model.predict(X.first(10)).each_with_index do |(y), i|
  puts "prediction #{i}: #{[y].pack("G").unpack1("H*")}"
end

model.save("check.dnn")
must_be(Dnn::Model.load("check.dnn").predict(X) == model.predict(X), "a saved and loaded model predicts the same")

config = make_config(100)
error = raised(Dnn::Error) { config[:epochs] = "many" }
must_be(error&.status == -1, "a wrong value raises:")
puts error.message
narrow = X.map { |row| row.first(2) }
must_be(raised(ArgumentError) { model.predict(narrow) } &&
        raised(Dnn::Error) { trainer.fit(Dnn::Dataset.new(narrow, Y)) }, "a wrong shape raises")

stopped = Dnn::Trainer.new(model, config)
finished = stopped.fit(dataset) { |progress| progress.epoch < 3 || !progress.ends_epoch? }
must_be(!finished && stopped.history.size == 3, "the callback stops after epoch 3")
thrown = raised(KeyError) { stopped.fit(dataset) { raise KeyError, "from inside" } }
must_be(false, "an exception in the callback comes out of fit") unless thrown&.message == "from inside"
left = [stopped.fit(dataset) { break :broken }, catch(:out) { stopped.fit(dataset) { throw :out, :thrown } }]
must_be(false, "break and throw leave fit") unless left == %i[broken thrown] && stopped.fit(dataset) { false } == false
packed = Dnn::Dataset.new(X.flatten.pack("d*"), Y.flatten.pack("d*"), inputs: 3, outputs: 1)
must_be(false, "a string of doubles is lent") unless model.evaluate(packed) == model.evaluate(dataset)

[model, dataset].each(&:close)
must_be(trainer.step(X, Y).positive? && raised(Dnn::Error) { model.predict(X) }, "handles are destroyed in any order")

before = 0
11_000.times do |i|
  before = resident_pages if i == 1000
  create_and_close
end
must_be(resident_pages - before < 512, "10,000 create and destroy do not grow memory")
