'use strict';
// What ../README.md, "The check", asks of each language; then, in silence, what else this binding promises.
const fs = require('fs');
const { Config, Dataset, DnnError, Model, Trainer, Workspace } = require('./dnn.js');

const SAMPLES = 20;
const x = Float64Array.from({ length: 3 * SAMPLES }, (_, k) => (7 * Math.floor(k / 3) + 5 * (k % 3)) % 13 / 13);
const y = Float64Array.from({ length: SAMPLES }, (_, i) => 5 * i % 11 / 11);

const makeConfig = (epochs) =>
    new Config('regressor', { precision: 'f64', activation: 'tanh', seed: 7, batch_size: 4, threads: 1, epochs });

const mustBe = (isSo, what) => console.log(isSo ? what : `NOT ${what}`);
const mustAlsoBe = (isSo, what) => isSo || mustBe(false, what);

/** What a function throws, of a class; undefined if it throws nothing, or something else. */
function thrown(Class, f) {
    try {
        f();
    } catch (error) {
        return error instanceof Class ? error : undefined;
    }
    return undefined;
}

const same = (a, b) => a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
const residentPages = () => Number(fs.readFileSync('/proc/self/statm', 'utf8').split(' ')[1]);

function createAndClose() {
    const config = makeConfig(1);
    const model = new Model([3, 8, 1], config);
    const dataset = new Dataset(x, 3, y, 1);
    const trainer = new Trainer(model);
    [model, config, trainer, dataset].forEach((handle) => handle.close());
}

/** Predictions on other threads: their values, their errors, and a handle that is closed meanwhile. */
async function asynchronous() {
    const model = new Model([3, 8, 1], makeConfig(1));
    const trainer = new Trainer(model);
    const all = await Promise.all(Array.from({ length: 20 }, () => model.predictAsync(x)));
    mustAlsoBe(all.every((one) => same(one, model.predict(x))), 'predictAsync predicts the same');
    mustAlsoBe(await model.predictAsync(Float32Array.from(x)) instanceof Float32Array, 'floats give floats');

    const bad = Float64Array.from(x).fill(NaN, 4, 5);
    const message = thrown(DnnError, () => model.predict(bad)).message;
    thrown(DnnError, () => makeConfig('none')); // another text, on this thread
    const error = await model.predictAsync(bad).catch((caught) => caught);
    mustAlsoBe(error instanceof DnnError && error.status === -6 && error.message === message, 'predictAsync raises');

    const last = model.predictAsync(x);
    mustAlsoBe(thrown(Error, () => trainer.step(x, y)), 'no training while a prediction runs');
    model.close();
    mustAlsoBe(same(await last, all[0]), 'a model that is closed predicts to the end');
    mustAlsoBe(trainer.step(x, y) > 0, 'training goes on after the prediction');
}

async function main() {
    const model = new Model([3, 8, 1], makeConfig(5));
    const dataset = new Dataset(x, 3, y, 1);
    const trainer = new Trainer(model);
    trainer.fit(dataset);
    const predictions = model.predict(x);
    const bits = new BigUint64Array(predictions.buffer);
    for (let i = 0; i < 10; i++) {
        console.log(`prediction ${i}: ${bits[i].toString(16).padStart(16, '0')}`);
    }

    model.save('check.dnn');
    mustBe(same(Model.load('check.dnn').predict(x), predictions), 'a saved and loaded model predicts the same');

    const config = makeConfig(100);
    const error = thrown(DnnError, () => config.set('epochs', 'many'));
    mustBe(error && error.status === -1, 'a wrong value raises:');
    console.log(error.message);
    const narrow = new Dataset(new Float64Array(2 * SAMPLES), 2, y, 1);
    mustBe(thrown(RangeError, () => model.predict([0.5, 0.5])) && thrown(DnnError, () => trainer.fit(narrow)),
        'a wrong shape raises');

    const stopped = new Trainer(model, config);
    const finished = stopped.fit(dataset, { progress: (p) => p.epoch < 3 || p.batch < p.batches });
    mustBe(!finished && stopped.history.length === 3, 'the callback stops after epoch 3');
    const inside = new Error('from inside');
    const progress = () => {
        throw inside;
    };
    mustAlsoBe(thrown(Error, () => stopped.fit(dataset, { progress })) === inside, 'what a callback throws leaves fit');

    const workspace = new Workspace(model, SAMPLES);
    const room = new Float64Array(SAMPLES);
    mustAlsoBe(workspace.predict(x, room) === room && same(room, model.predict(x)), 'a workspace predicts the same');
    mustAlsoBe(thrown(TypeError, () => new Trainer(config)), 'a handle of another class raises');

    model.close();
    dataset.close();
    stopped.fit(new Dataset(x, 3, y, 1), { progress: () => stopped.close() }); // closed by its own callback
    mustBe(trainer.step(x, y) > 0 && thrown(TypeError, () => model.predict(x)), 'handles are destroyed in any order');
    await asynchronous();

    let before = 0;
    for (let i = 0; i <= 15000; i++) {
        if (i % 1000 === 0) { // the heap of JavaScript is of one size then; how big it may grow is set in language.sh
            global.gc();
            await new Promise(setImmediate);
        }
        before = i === 5000 ? residentPages() : before;
        createAndClose();
    }
    const grown = residentPages() - before;
    mustBe(grown < 512, '10,000 create and destroy do not grow memory');
    console.error(`grown by ${4 * grown} KiB`);
}

main();
