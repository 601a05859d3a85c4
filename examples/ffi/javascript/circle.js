'use strict';
// Learns which points of a square lie in a circle.
const { Config, Dataset, DnnError, Model, Trainer } = require('./dnn.js');

const points = new Float64Array(800);
const inside = new Int32Array(400);
for (let i = 0; i < inside.length; i++) {
    const u = (i % 20 - 9.5) / 10; // from -0.95 to 0.95
    const v = (Math.floor(i / 20) - 9.5) / 10;
    points.set([u, v], 2 * i);
    inside[i] = u * u + v * v < 0.5 ? 1 : 0;
}

async function main() {
    const config = new Config('classifier', { epochs: 200 });
    const model = new Model([2, 16, 2], config); // a point in; how likely outside and inside it is, out
    const trainer = new Trainer(model);
    const finished = trainer.fit(Dataset.labelled(points, 2, inside, 2), {
        progress({ epoch, batch, batches, loss }) {
            if (batch < batches) {
                return true;
            }
            if (epoch % 10 === 0) {
                console.log(`epoch ${epoch}: loss ${loss.toFixed(3)}`);
            }
            return loss > 0.15; // go on?
        },
    });
    console.log(`${finished ? 'done' : 'stopped'} after ${trainer.history.length} epochs`);

    const probability = await model.predictAsync([0, 0, 0.9, 0.9]); // or predict, which blocks
    console.log(`(0, 0) is inside with probability ${probability[1].toFixed(3)}`);
    console.log(`(0.9, 0.9) is inside with probability ${probability[3].toFixed(3)}`);

    model.save('circle.dnn');
    console.log(`loaded from circle.dnn: ${Model.load('circle.dnn').predict([0, 0])[1].toFixed(3)}`);

    try {
        config.set('epochs', 'many'); // an error, on purpose
    } catch (error) {
        if (!(error instanceof DnnError)) {
            throw error;
        }
        console.log(`error: ${error.message}`);
    }
}

main();
