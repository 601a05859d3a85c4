// The types of dnn.js. What a method does is told in dnn.h, under the function's name: Model.setWeights is
// dnn_model_set_weights.
//
// Any method throws a DnnError if the library says no, a RangeError for an array of the wrong length, a TypeError for a
// handle that is closed or none.

/** Flat, row by row. The first two are lent to the library as they are, anything else is copied. */
export type Numbers = Float64Array | Float32Array | ArrayLike<number>;

/** Float32Array if x is one, else Float64Array. */
export type Like<X> = X extends Float32Array ? Float32Array : Float64Array;

/** What the library refused: its message is that of dnn_last_error. */
export class DnnError extends Error {
    /** DNN_ERROR_…, see dnn.h */
    readonly status: number;
}

declare abstract class Handle {
    /** Releases it, in any order with others. A call that is using it goes on, and releases it at its end. */
    close(): void;
}

export type Recipe = 'tutorial' | 'classifier' | 'regressor';
export type Setting = string | number | bigint | boolean;

/** What a network is and how it learns, as key = value: the keys are in dnn.h. */
export class Config extends Handle {
    constructor(recipe?: Recipe | null, settings?: Record<string, Setting>);
    set(key: string, value: Setting): this;
    get(key: string): string;
}

/** Samples, copied: inputs x and targets y. */
export class Dataset extends Handle {
    /** x is [n × inputs], y [n × outputs] */
    constructor(x: Numbers, inputs: number, y: Numbers, outputs: number);
    /** x is [n × inputs], labels [n], each from 0 to classes - 1 */
    static labelled(x: Numbers, inputs: number, labels: ArrayLike<number>, classes: number): Dataset;
    static readCsv(path: string, options?: string | null): Dataset;
    static readNpy(xPath: string, yPath: string): Dataset;
    static readIdx(imagesPath: string, labelsPath: string): Dataset;
    readonly size: number;
    readonly inputs: number;
    readonly outputs: number;
    className(index: number): string | null;
    get(i: number): { x: Float64Array; y: Float64Array };
    split(fraction: number, seed?: number): [first: Dataset, second: Dataset];
    setWeights(weights: Numbers | null): void;
}

/** A network and its weights. */
export class Model extends Handle {
    constructor(layers: ArrayLike<number | bigint>, config?: Config | null);
    static load(path: string): Model;
    static loadWith(path: string, config: Config): Model;
    /** What toBytes gave. */
    static fromBytes(bytes: Uint8Array): Model;
    static importOnnx(path: string): Model;
    clone(): Model;
    save(path: string): void;
    /** What save writes. */
    toBytes(): Uint8Array;
    exportOnnx(path: string): void;
    exportC(path: string, name: string): void;
    readonly layers: number[];
    readonly parameterCount: number;
    getParameters(): Float64Array;
    setParameters(theta: Numbers): void;
    /** [n_{layer+1} × (n_layer + 1)], the bias last in each row */
    getWeights(layer: number): Float64Array;
    setWeights(layer: number, w: Numbers): void;
    /** x is [n × inputs], the result [n × outputs]. */
    predict<X extends Numbers>(x: X): Like<X>;
    /**
     * On another thread: until it is done leave x alone, and do not train the model. koffi takes 256 calls at a time,
     * which its setting max_async_calls changes.
     */
    predictAsync<X extends Numbers>(x: X): Promise<Like<X>>;
    /** The class of each row. */
    classify(x: Numbers): Int32Array;
    evaluate(dataset: Dataset): { loss: number; accuracy: number };
    /** R², 1 if perfect */
    score(dataset: Dataset): number;
    /** How many samples of a class, the row, were taken for one, the column. */
    confusion(dataset: Dataset): number[][];
    standardize(dataset: Dataset): void;
    readonly standardization: { mean: Float64Array; scale: Float64Array };
    summary(): string;
}

/** The memory of predictions: with room for y they allocate nothing in the library, and no arrays here. */
export class Workspace extends Handle {
    constructor(model: Model, maxRows?: number);
    /** y, of the kind of x, is written if it is given. */
    predict<X extends Numbers>(x: X, y?: Like<X> | null): Like<X>;
    /** x_layer of the latest predict, [n × n_layer] */
    activations(layer: number): Float64Array;
}

/** How far a fit has come. */
export interface Progress {
    readonly epoch: number;
    readonly epochs: number;
    readonly batch: number;
    readonly batches: number;
    readonly loss: number;
    /** NaN before the end of an epoch, as the accuracy */
    readonly validationLoss: number;
    readonly validationAccuracy: number;
    readonly seconds: number;
    readonly learningRate: number;
    readonly samplesPerSecond: number;
}

export interface FitOptions {
    validation?: Dataset | null;
    /** Called after each batch, and stops the training by false. What it throws stops it too, and leaves fit. */
    progress?: ((progress: Progress) => boolean | void) | null;
}

export interface Epoch {
    readonly loss: number;
    readonly validationLoss: number;
    readonly validationAccuracy: number;
}

/** What changes a model's weights. */
export class Trainer extends Handle {
    constructor(model: Model, config?: Config | null);
    /** Goes on from a checkpoint. */
    static load(path: string): { model: Model; trainer: Trainer };
    save(path: string): void;
    /** True if it came to its end, false if progress stopped it. */
    fit(training: Dataset, options?: FitOptions): boolean;
    readonly history: Epoch[];
    /** An index of history. */
    readonly bestEpoch: number | null;
    learningRate: number;
    /** One update; gives the mean loss before it. */
    step(x: Numbers, y: Numbers): number;
    /** Adds to the sum of gradients; gives the sum of the losses. */
    accumulate(x: Numbers, y: Numbers): number;
    getGradient(): Float64Array;
    setGradient(gradient: Numbers): void;
    apply(scale?: number): void;
    /** The largest relative error of the gradient, beside differences. */
    checkGradient(x: Numbers, y: Numbers): number;
    layerStats(layer: number): { gradientNorm: number; weightNorm: number; saturated: number };
    diagnose(): string;
}

/** Of the library that is loaded. */
export const version: string;

export {}; // and not Handle
