-- Learns which points of a square lie in a circle.
local dnn = require("dnn")

local points, inside = {}, {}
for row = 0, 19 do
  for column = 0, 19 do
    local u, v = (column - 9.5) / 10, (row - 9.5) / 10 -- from -0.95 to 0.95
    points[#points + 1] = {u, v}
    inside[#inside + 1] = u * u + v * v < 0.5 and 1 or 0
  end
end

local config = dnn.config("classifier", {epochs = 200})
local model = dnn.model({2, 16, 2}, config) -- a point in; how likely outside and inside it is, out
local trainer = dnn.trainer(model)
local finished = trainer:fit(dnn.labelled(points, inside, 2), {progress = function(p)
  if p.batch < p.batches then
    return true
  end
  if p.epoch % 10 == 0 then
    print(("epoch %d: loss %.3f"):format(p.epoch, p.loss))
  end
  return p.loss > 0.15 -- go on?
end})
print(("%s after %d epochs"):format(finished and "done" or "stopped", #trainer:history()))

local probability = model:predict({{0, 0}, {0.9, 0.9}})
print(("(0, 0) is inside with probability %.3f"):format(probability[1][2]))
print(("(0.9, 0.9) is inside with probability %.3f"):format(probability[2][2]))

model:save("circle.dnn")
print(("loaded from circle.dnn: %.3f"):format(dnn.load("circle.dnn"):predict({{0, 0}})[1][2]))

local ok, message = pcall(config.set, config, "epochs", "many") -- an error, on purpose
if not ok then
  print("error: " .. message)
end
