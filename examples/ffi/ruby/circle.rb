# Learns which points of a square lie in a circle.
require_relative "dnn"

side = Array.new(20) { |i| (i - 9.5) / 10 } # from -0.95 to 0.95
points = side.product(side).map(&:reverse)
inside = points.map { |u, v| u * u + v * v < 0.5 ? 1 : 0 }

config = Dnn::Config.new("classifier", epochs: 200)
model = Dnn::Model.new([2, 16, 2], config) # a point in; how likely outside and inside it is, out
trainer = Dnn::Trainer.new(model)
finished = trainer.fit(Dnn::Dataset.from_labels(points, inside)) do |progress|
  if progress.ends_epoch? && (progress.epoch % 10).zero?
    puts format("epoch %d: loss %.3f", progress.epoch, progress.loss)
  end
  !progress.ends_epoch? || progress.loss > 0.15 # go on?
end
puts "#{finished ? "done" : "stopped"} after #{trainer.history.size} epochs"

model.predict([[0, 0], [0.9, 0.9]]).zip(["(0, 0)", "(0.9, 0.9)"]) do |(_, probability), point|
  puts format("%s is inside with probability %.3f", point, probability)
end

model.save("circle.dnn")
puts format("loaded from circle.dnn: %.3f", Dnn::Model.load("circle.dnn").predict([0, 0])[1])

begin
  config[:epochs] = "many" # an error, on purpose
rescue Dnn::Error => error
  puts "error: #{error.message}"
end
