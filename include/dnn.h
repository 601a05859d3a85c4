/**
 * @file
 * dnn.h - libdnn: fully connected neural networks, trained and run at the speed of the machine.
 *
 * The whole public interface, and its manual. In order of power:
 *
 *     library     version, errors
 *     config      what a network is and how it learns, as key = value
 *     model       the network: predict, classify, evaluate
 *     dataset     samples, from arrays or files
 *     trainer     gradient descent: one step, or fit over a dataset
 *     workspace   predict without any allocation; look at the activations
 *
 * THE MATHEMATICS. Layers 0..L have n_0..n_L neurons. The bias is the last column of each weight matrix.
 *
 *     x̂_l = [x_l ; 1]                          W_l is n_{l+1} × (n_l + 1)
 *     z_{l+1} = W_l x̂_l                        x_{l+1} = φ(z_{l+1})
 *     ψ_L = ∂E/∂x_L ⊙ φ′(z_L)                  E = Σ (y − x_L)²  gives  ψ_L = −2 (y − x_L) ⊙ φ′(z_L)
 *     ∇W_l = ψ_{l+1} x̂_lᵀ                      ψ_l = (W_l[:, :n_l]ᵀ ψ_{l+1}) ⊙ φ′(z_l)
 *     W_l ← W_l − η ∇W_l                       all ∇W from the weights before the step
 *
 * ARRAYS are dense and row-major, [samples × features]. The suffix of a function says what the caller's array holds:
 * none = double, _f32 = float, _u8 = bytes. The model computes in its own precision (config key `precision`) whatever
 * the suffix. Arrays that a function takes are read during the call only, and never kept. An array should begin where its
 * type asks for (a double at a multiple of 8 bytes); on x86-64 and ARM64 any other address is as good.
 *
 * PARAMETERS. [out] is written, every other one is read. What is said of an array begins with its extent, [rows ×
 * columns] or [numbers]. A pointer may be NULL only where its line says what NULL means. Text is UTF-8 and ends in NUL.
 *
 * ERRORS. A function that returns int32_t returns DNN_OK (0) or a negative status; dnn_trainer_fit may also return
 * DNN_STOPPED. On failure every output is as it was, the handle stays usable, nothing leaks, and dnn_last_error() says
 * what was expected and what came. Any function may return DNN_ERROR_INVALID_ARGUMENT (a NULL handle or pointer, a size
 * out of range) and, unless it says that it allocates nothing, DNN_ERROR_OUT_OF_MEMORY. Other errors are listed where
 * they arise. A count of rows is at most 2147483647: the BLAS counts with 32 bits. OpenBLAS takes some 130 MB of
 * address space for itself at its own first product (see `engine`), and waits for ever if that is refused; later it ends the
 * process where its own threads get no memory, from which OPENBLAS_NUM_THREADS=1 keeps it.
 *
 * HANDLES are opaque, and count their references: destroy them in any order, each once, and before the library is
 * unloaded: some have threads. Destroy functions take NULL.
 *
 * THREADS. Distinct handles are independent of each other. One model may be shared by any number of threads that
 * predict, classify, evaluate, clone or read it. Whatever changes a model (set_weights, set_parameters, standardize,
 * and a trainer's step, fit, accumulate, set_gradient or apply) must have the model for itself; two such calls on one
 * model at once are noticed, and the second returns DNN_ERROR_INVALID_ARGUMENT; a prediction in another thread beside
 * one is not, and may see half-changed weights. Any other handle is used by one thread at a time, except
 * dnn_trainer_cancel, and a dataset, which is shared freely. A call takes at most 48 KiB of its thread's stack; OpenBLAS,
 * where it is linked, takes some 60 KiB of each thread's for itself, so that one of 64 KiB does not start.
 *
 * MEMORY is taken when a handle is made, but where its documentation says otherwise. A row of n numbers takes
 *
 *     row(n) = (n + 1) b, b = 4 for precision = f32 and 8 for f64, rounded up to a multiple of 64,
 *              and 64 more if that is one of 4096
 *
 * bytes. So the weights of a network are W = Σ_l n_{l+1} row(n_l), l = 0 … L − 1, and a sample's activations are
 * X = Σ_l row(n_l), l = 0 … L. At most R(n) samples go through a network at once: n, or as many as have n X ≤ 16 MiB,
 * but at least 1. dnn_model_create, dnn_workspace_create and dnn_trainer_create say what they take of these. Beside it
 * are some KiB, and for each thread that works on a batch less than 1 MiB.
 *
 * The library never prints, exits, installs a signal handler, changes the locale, the floating-point mode or the BLAS's
 * thread count, or calls rand().
 */
#ifndef DNN_H
#define DNN_H

#include <stdint.h>

/* Says something to the compiler of the library alone: whoever reads this file, with a compiler or not, sees plain C. */
#if !defined(DNN_BUILDING)
#define DNN_API
#elif defined(_WIN32)
#define DNN_API __declspec(dllexport)
#elif defined(__GNUC__)
#define DNN_API __attribute__((visibility("default")))
#else
#define DNN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup handles Handles
 * What the functions work on. Opaque; released by their destroy functions, but for dnn_progress, which is the library's.
 * @{ */

typedef struct dnn_config dnn_config;       /**< what a network is and how it learns */
typedef struct dnn_model dnn_model;         /**< a network and its weights */
typedef struct dnn_workspace dnn_workspace; /**< the memory of one prediction */
typedef struct dnn_trainer dnn_trainer;     /**< what changes a model's weights */
typedef struct dnn_dataset dnn_dataset;     /**< samples: inputs x and targets y */
typedef struct dnn_progress dnn_progress;   /**< how far a fit has come; lives during a callback */

/** @} */

/* ================================================ library ================================================ */

/** @defgroup library Library
 * Which library this is, and what went wrong.
 * @{ */

/** Status codes. They are never renumbered. */
enum {
    DNN_OK = 0,      /**< done */
    DNN_STOPPED = 1, /**< ended early because a callback or dnn_trainer_cancel asked for it; not an error */
    DNN_ERROR_INVALID_ARGUMENT = -1, /**< the caller's argument is wrong */
    DNN_ERROR_OUT_OF_MEMORY = -2,    /**< memory was refused */
    DNN_ERROR_IO = -3,               /**< the system refused to open, read or write */
    DNN_ERROR_FORMAT = -4,           /**< a file is not what it says it is */
    DNN_ERROR_UNSUPPORTED = -5,      /**< valid, but this version or build cannot do it */
    DNN_ERROR_NOT_FINITE = -6        /**< a number is NaN or infinite, or too large for the model's precision */
};

/** DNN_OK as a function: these eight are for languages that cannot read the enum. Cannot fail; any thread. Since 0.1.
 * @return 0 */
DNN_API int32_t dnn_ok(void);
/** DNN_STOPPED as a function. Since 0.1.
 * @return 1 */
DNN_API int32_t dnn_stopped(void);
/** DNN_ERROR_INVALID_ARGUMENT as a function. Since 0.1.
 * @return −1 */
DNN_API int32_t dnn_error_invalid_argument(void);
/** DNN_ERROR_OUT_OF_MEMORY as a function. Since 0.1.
 * @return −2 */
DNN_API int32_t dnn_error_out_of_memory(void);
/** DNN_ERROR_IO as a function. Since 0.1.
 * @return −3 */
DNN_API int32_t dnn_error_io(void);
/** DNN_ERROR_FORMAT as a function. Since 0.1.
 * @return −4 */
DNN_API int32_t dnn_error_format(void);
/** DNN_ERROR_UNSUPPORTED as a function. Since 0.1.
 * @return −5 */
DNN_API int32_t dnn_error_unsupported(void);
/** DNN_ERROR_NOT_FINITE as a function. Since 0.1.
 * @return −6 */
DNN_API int32_t dnn_error_not_finite(void);

/** The version of the library that is loaded. Cannot fail; any thread. Since 0.1.
 * @return 10000 × major + 100 × minor + patch */
DNN_API int32_t dnn_version(void);

/** The version of the library that is loaded, as text. Cannot fail; any thread. Since 0.1.
 * @return "major.minor.patch"; static */
DNN_API const char *dnn_version_string(void);

/** How this library was built, for a bug report: version, compiler, BLAS. Cannot fail; any thread. Since 0.1.
 * @return one line; static */
DNN_API const char *dnn_build_info(void);

/** A short English name for a status. Cannot fail; any thread. Since 0.1.
 * @param status  any number
 * @return such as "invalid argument"; "unknown status" for a number that is none; static */
DNN_API const char *dnn_status_string(int32_t status);

/** What went wrong in the latest call on this thread that failed. It says what was expected and what came, such as "x
 * has 12 columns, the model takes 784". A call that succeeds leaves it as it is. Of a very long one, of a path say,
 * the middle is left out. Cannot fail; any thread. Since 0.1.
 * @return one line of UTF-8, of 1023 bytes at most, valid until the next failing call on this thread or its end; "" if none
 *         has failed yet */
DNN_API const char *dnn_last_error(void);

/** Chooses where the library's memory comes from. For the whole process, and for zlib and protobuf-c within the library
 * too. What stays outside is what the BLAS and the system take for themselves: the stacks of threads (config key
 * `threads`), OpenBLAS's buffers, and scratch memory of the C library; and from the 33rd thread on that has failed or
 * asked why, and is still there, in a child of a fork counted with those of its parent, 1 KiB a thread for its
 * dnn_last_error().
 *
 * Before first use: until any thread has made a call that asks for memory. Whatever makes, reads or writes something does;
 * what tells of the library, its errors and the keys does not. Then the choice is final, for there are blocks that only this
 * allocator can release, and a later call is refused and changes nothing. Until then the last call counts. Any thread; of
 * calls on several threads at once one comes first.
 *
 * The three functions are called from any thread that calls the library, several at once, and inside any call. They must
 * not call the library, and not leave by an exception or longjmp. A language whose functions need its own runtime on the
 * calling thread passes the addresses of C functions instead of its own. Keep them until the process ends. Since 0.1.
 * @param malloc_fn   returns size bytes, at least 1, aligned for any object as malloc's are, whatever is in them; or a null
 *                    pointer: then the call that asked returns DNN_ERROR_OUT_OF_MEMORY; NULL with the other two: the
 *                    memory is the C library's, as it is if this is never called
 * @param realloc_fn  returns size bytes, at least 1, that begin with what was in block, and releases block; or a null
 *                    pointer, and block is as it was; NULL with the other two
 * @param free_fn     releases a block that one of them gave; NULL with the other two
 * @param user        handed to each of them as it is; may be NULL
 * @return DNN_ERROR_INVALID_ARGUMENT if one or two of the functions are NULL; after first use; and after 15 choices. Never
 *         DNN_ERROR_OUT_OF_MEMORY: asks for none */
DNN_API int32_t dnn_set_allocator(void *(*malloc_fn)(void *user, int64_t size),
                                  void *(*realloc_fn)(void *user, void *block, int64_t size),
                                  void (*free_fn)(void *user, void *block), void *user);

/** @} */

/* ================================================ config ================================================= */

/** @defgroup config Config
 * What a network is and how it learns, as a set of key = value. The keys, with their default in each of the three recipes:
 *
 *     key                 tutorial       classifier     regressor
 *
 *     what a network is, fixed once a model is made
 *     precision           f64            f32            f32            f64 = double or f32 = float: what it computes in
 *     activation          sigmoid        leaky_relu     leaky_relu     φ of the hidden layers, see below
 *     activation.N                                                     of hidden layer N alone, N from 1
 *     output_activation   sigmoid        softmax        identity       φ of the output layer: the same, and softmax
 *     sigmoid_slope       0.01           1              1              c of sigmoid; > 0
 *     leaky_slope         0.01           0.01           0.01           s of leaky_relu; > 0
 *     elu_alpha           1              1              1              α of elu; > 0
 *     init                uniform01      he_normal      he_normal      first weights, see below
 *     loss                squared_error  cross_entropy  squared_error  E, see below
 *     huber_delta         1              1              1              δ of huber; > 0
 *
 *     how it learns
 *     optimizer           sgd            adam           adam           what an update is, see below
 *     learning_rate       0.01           0.001          0.001          η, the size of an update; > 0
 *     momentum            0.9            0.9            0.9            μ of momentum and nesterov; 0 to below 1
 *     beta1               0.9            0.9            0.9            β₁ of adam and adamw; 0 to below 1
 *     beta2               0.999          0.999          0.999          β₂ of adam, adamw and rmsprop; 0 to below 1
 *     epsilon             1e-08          1e-08          1e-08          ε of adam, adamw and rmsprop; > 0
 *     weight_decay        0              0              0              λ, see below; ≥ 0; biases do not decay
 *     l2                  0              0              0              adds l2 · Σ w² to E, without biases; ≥ 0
 *     clip_norm           0              0              0              longest gradient, ‖g‖; 0 = any length
 *     dropout             0              0              0              share of hidden activations dropped; 0 to below 1
 *     sigmoid_derivative  tutorial       exact          exact          tutorial: x (1 - x); exact: c x (1 - x)
 *     batch_size          1              128            64             samples an update in fit; from 1
 *     epochs              1              20             100            passes over the dataset in fit; from 1
 *     shuffle             false          true           true           fit takes the samples in a new order each epoch
 *     schedule            constant       constant       constant       how fit changes η, see below
 *     schedule_factor     0.1            0.1            0.1            step, plateau: what η is cut by; 0 < f ≤ 1
 *     schedule_rate       0.95           0.95           0.95           exponential: γ; 0 < γ ≤ 1
 *     schedule_every      10             10             10             step, plateau: epochs to a cut; from 1
 *     schedule_length     0              0              0              cosine: epochs to its end; 0 = `epochs`
 *     schedule_warmup     1              1              1              warmup_cosine: epochs of warm-up; ≥ 0
 *     schedule_minimum    0              0              0              cosine, plateau: the least η; ≥ 0
 *     patience            0              0              0              epochs without a better loss that end fit; 0 = off
 *     min_delta           0              0              0              what a loss must be better by to count; ≥ 0
 *     restore_best        true           true           true           with patience: fit ends with the best weights
 *     class_weight        none           none           none           balanced: rare classes weigh more in fit
 *     checkpoint_path                                                  file that fit writes checkpoints to; empty: none
 *     checkpoint_every    1              1              1              epochs from one checkpoint to the next; from 1
 *     seed                0              0              0              of the random numbers; an integer
 *     engine              auto           auto           auto           auto, blas or fused; see below
 *     threads             0              0              0              of steps and predictions; 0 to 256; see below
 *
 * activation, with x = φ(z), z one neuron's sum:
 *
 *     identity    z                                  relu        max(0, z)
 *     sigmoid     1 / (1 + e^(-c z))                 leaky_relu  z for z > 0, else s z
 *     tanh        tanh z                             elu         z for z > 0, else α (e^z - 1)
 *     softplus    ln(1 + e^z)                        silu        z / (1 + e^(-z))
 *     gelu        z Φ(z), Φ the normal distribution  softmax     e^(z_j) / Σ_k e^(z_k); of the output alone
 *
 * loss, E of one sample with outputs x and targets y, summed over the outputs j:
 *
 *     squared_error         Σ (y - x)²
 *     absolute_error        Σ |y - x|
 *     huber                 Σ d²/2 for |d| ≤ δ, else δ (|d| - δ/2), where d = y - x
 *     cross_entropy         -Σ y ln x, for classes; with softmax alone; y from 0 to 1
 *     binary_cross_entropy  -Σ (y ln x + (1 - y) ln(1 - x)), for yes or no; with sigmoid alone; y from 0 to 1
 *
 * The last two are computed from z, so they stay finite and exact where x is rounded to 0 or 1.
 *
 * init, mean 0 but for the first, biases 0 but for the first (which the formula includes):
 *
 *     uniform01 [0, 1); zeros; glorot_uniform, glorot_normal: variance 2 / (n_in + n_out); he_uniform, he_normal: 2 / n_in
 *
 * optimizer, with g the mean gradient of the samples (with l2's part; cut to clip_norm: g · min(1, clip_norm / (‖g‖ +
 * 1e-6)); then, but for adamw, g + λ w), all from 0 at first, t counting updates from 1. As in PyTorch:
 *
 *     sgd        w - η g                             momentum   v = μ v + g,  w - η v
 *     rmsprop    v = β₂ v + (1 - β₂) g²,             nesterov   v = μ v + g,  w - η (g + μ v)
 *                w - η g / (√v + ε)                  adamw      adam, from w - η λ w instead of w
 *     adam       m = β₁ m + (1 - β₁) g,  v = β₂ v + (1 - β₂) g²,
 *                w - η m̂ / (√v̂ + ε),  m̂ = m / (1 - β₁^t),  v̂ = v / (1 - β₂^t)
 *     rprop      w - δ sign g, where each weight's own δ, η at first, grows by 1.2 (up to 50) while the sign of g stays,
 *                and shrinks by 0.5 (down to 1e-6) when it changes, which skips one update; for whole datasets as one batch
 *
 * schedule, with e the epochs completed and t = e + the share of the running one, f = schedule_factor:
 *
 *     constant     η                                 cosine         η_min + (η - η_min) (1 + cos(π t / T)) / 2
 *     step         η f^⌊e / every⌋                   warmup_cosine  η (t + 1/batches) / warmup, then cosine
 *     exponential  η γ^e                             plateau        η f^cuts, a cut after `every` epochs without
 *                                                                   a better loss; not below η_min
 *
 * e counts all epochs of a trainer; a cosine begins again every T = schedule_length epochs. η_min is never above η. The
 * loss that plateau and patience watch is the validation's, or the training's without a validation set. The best loss
 * that a plateau compares with is kept from fit to fit of a trainer, so that twice 5 epochs are as good as 10; patience
 * begins anew with each fit.
 *
 * engine: what the sums of products are made by, of one sample and of many.
 *
 *     blas    the BLAS. One sample: gemv forward, gemv transposed and ger backward, the formulas above, call by call; many:
 *             three gemm. Many samples, and large layers, may wake the BLAS's own threads
 *     fused   loops of this library, for the processor's own vectors. One sample: each weight is read once forward and once
 *             backward, where the rule of sgd is applied at once. Many: products that read W where it lies. The same as blas
 *             to within rounding; wakes no thread of the BLAS
 *     auto    the faster one: fused; of many samples on processors other than x86-64, where it was not measured, blas
 *
 * threads = N, with loops of this library: N threads of the handle's own share
 *
 *     a trainer's step of one sample by sgd without dropout: each owns some rows of every large W. The sums of N threads add in
 *         another order than those of 1, but it is N's order whoever does them
 *     a trainer's step of many samples: each takes some samples there and back, then some rows of every W
 *     a model's predict, classify, evaluate, score and confusion of many samples, and a fit's validation: each takes some samples.
 *         They work for one call at a time; a call beside it is made on its own thread. A workspace has none
 *
 * and of many samples the result is the same to the last bit for every N. N is held to the processors that the
 * process may use. 0 chooses: by the size of the network and the samples, 1 if they are too few to gain from more.
 * Whether these threads or the caller alone is the faster way is measured all along, for a given N too, at most about
 * 1 % of the time spent on it: where other processes need the processors the caller goes on alone. The BLAS's number
 * of threads is never changed. After a fork the child's handles start their own threads. Destroy trainers and models,
 * and end the threads that have called it, before the library is unloaded.
 *
 * RANDOM NUMBERS come from one generator a handle, xoshiro256++ seeded by `seed`, with a stream of its own for weights,
 * order and dropout. The same seed, library and kind of processor give the same weights bit for bit, with the engine blas also
 * the same BLAS kernel and number of its threads, with steps of one sample by sgd also the same number of threads, which for
 * threads = 0 depends on the processors; another kind, kernel or number sums in another order, and differs in the last bits.
 * @{ */

/** Makes a config with the defaults of a recipe. Models and trainers copy what they need from a config: it may change
 * or go afterwards. Inputs should be of size 1 or so: see dnn_model_standardize; and so should the targets of a
 * regressor, which nothing scales for you: divide them beforehand. Since 0.1.
 * @param recipe  "classifier", for classes: softmax, cross-entropy, Adam, float; "regressor", for numbers: identity,
 *                squared error, Adam, float; "tutorial", or NULL for the same: stretched sigmoid σ(0.01 z), weights
 *                uniform in [0, 1), squared error, one plain gradient step a sample
 * @param[out] out  the config; release it with dnn_config_destroy */
DNN_API int32_t dnn_config_create(const char *recipe, dnn_config **out);

/** Releases a config. Since 0.1.
 * @param config  NULL does nothing */
DNN_API void dnn_config_destroy(dnn_config *config);

/** Sets a key from text. A key or value that is not known is an error that lists the known ones, and leaves the config
 * as it was. Since 0.1.
 * @param config  the config
 * @param key     one of dnn_config_key_name, whose meaning and range dnn_config_key_help tells; or "activation.N",
 *                which sets hidden layer N alone, N from 1
 * @param text    a name ("relu"), a number ("0.01", with a point in every locale), an integer ("128"), "true" or
 *                "false" */
DNN_API int32_t dnn_config_set(dnn_config *config, const char *key, const char *text);

/** Sets a key that holds a number; also one that holds an integer, where the value is whole. Since 0.1.
 * @param config  the config
 * @param key     as in dnn_config_set
 * @param value   the number
 * @return DNN_ERROR_NOT_FINITE for NaN and infinity */
DNN_API int32_t dnn_config_set_number(dnn_config *config, const char *key, double value);

/** Sets a key that holds an integer; also a number, or a switch. Since 0.1.
 * @param config  the config
 * @param key     as in dnn_config_set
 * @param value   the integer; of a switch, 0 = false and 1 = true */
DNN_API int32_t dnn_config_set_integer(dnn_config *config, const char *key, int64_t value);

/** Reads a key as text that dnn_config_set takes back unchanged. Since 0.1.
 * @param config       the config
 * @param key          as in dnn_config_set
 * @param[out] buffer  [capacity] bytes: the text and its closing NUL; NULL with capacity 0 asks for the length alone
 * @param capacity     bytes that buffer has room for
 * @param[out] length  bytes of the text, without the NUL; NULL: not wanted
 * @return DNN_ERROR_INVALID_ARGUMENT if the buffer is too small; then it is untouched */
DNN_API int32_t dnn_config_get(const dnn_config *config, const char *key, char *buffer, int64_t capacity,
                               int64_t *length);

/** How many keys there are. Cannot fail; any thread. Since 0.1.
 * @return the count */
DNN_API int64_t dnn_config_key_count(void);

/** The name of a key. Any thread. Since 0.1.
 * @param index  0 to dnn_config_key_count − 1
 * @return the name, static; NULL outside */
DNN_API const char *dnn_config_key_name(int64_t index);

/** One line on a key: meaning, values, default. Any thread. Since 0.1.
 * @param index  0 to dnn_config_key_count − 1
 * @return the line, static; NULL outside */
DNN_API const char *dnn_config_key_help(int64_t index);

/** @} */

/* ================================================= model ================================================= */

/** @defgroup model Model
 * The network: make it, run it, measure it, look into it, keep it in a file.
 * @{ */

/** Makes a network and draws its first weights (config keys `init` and `seed`; the same seed gives the same weights).
 * Memory (see MEMORY): the weights once, W bytes; 16 n_0 more once it standardizes; and from the first prediction or
 * evaluation on R(256) (X + 2 row(n_L) + 8) at most for each thread that does so at once, of which 16 are kept. A
 * prediction of a small network takes none. Since 0.1.
 * @param layers          [layer_count] sizes n_0 … n_L, each 1 to 2147483520
 * @param layer_count     L + 1: 2 to 65536
 * @param config_or_null  copied; NULL: the recipe "tutorial"
 * @param[out] out        the model; release it with dnn_model_destroy
 * @return DNN_ERROR_INVALID_ARGUMENT if loss and output_activation make no pair (the message says which do), if the
 *         output is a softmax over one neuron, which is always 1, or if a slope or its like is too small for the
 *         model's precision; DNN_ERROR_NOT_FINITE if it is too large */
DNN_API int32_t dnn_model_create(const int64_t *layers, int64_t layer_count, const dnn_config *config_or_null,
                                 dnn_model **out);

/** Releases the caller's hold on a model. Trainers and workspaces made from it go on working. Since 0.1.
 * @param model  NULL does nothing */
DNN_API void dnn_model_destroy(dnn_model *model);

/** Makes an independent copy: same shape, config, weights and standardization. Since 0.1.
 * @param model     the network
 * @param[out] out  the copy; release it with dnn_model_destroy */
DNN_API int32_t dnn_model_clone(const dnn_model *model, dnn_model **out);

/** How many layers there are, input and output included. Any thread. Since 0.1.
 * @param model  the network; NULL gives −1
 * @return L + 1 */
DNN_API int64_t dnn_model_layer_count(const dnn_model *model);

/** How many neurons a layer has. Any thread. Since 0.1.
 * @param model  the network; NULL gives −1
 * @param layer  0 (input) to L (output)
 * @return n_layer; −1 if there is no such layer */
DNN_API int64_t dnn_model_layer_size(const dnn_model *model, int64_t layer);

/** How many weights there are in all, biases included. Any thread. Since 0.1.
 * @param model  the network; NULL gives −1
 * @return Σ n_{l+1} (n_l + 1) */
DNN_API int64_t dnn_model_parameter_count(const dnn_model *model);

/** Copies W_layer out: the weights between a layer and the next. Since 0.1.
 * @param model   the network
 * @param layer   0 to L − 1
 * @param[out] w  [n_{layer+1} × (n_layer + 1)], the bias last in each row */
DNN_API int32_t dnn_model_get_weights(const dnn_model *model, int64_t layer, double *w);

/** Replaces W_layer. Changes the model: see THREADS. Since 0.1.
 * @param model  the network
 * @param layer  0 to L − 1
 * @param w      [n_{layer+1} × (n_layer + 1)], the bias last in each row
 * @return DNN_ERROR_NOT_FINITE if a weight is not finite in the model's precision; then no weight has changed */
DNN_API int32_t dnn_model_set_weights(dnn_model *model, int64_t layer, const double *w);

/** Copies all weights out, W_0 then W_1 …, each as in dnn_model_get_weights. Since 0.1.
 * @param model       the network
 * @param[out] theta  [dnn_model_parameter_count] */
DNN_API int32_t dnn_model_get_parameters(const dnn_model *model, double *theta);

/** Replaces all weights. Changes the model: see THREADS. Since 0.1.
 * @param model  the network
 * @param theta  [dnn_model_parameter_count], in the order of dnn_model_get_parameters
 * @return DNN_ERROR_NOT_FINITE if a weight is not finite in the model's precision; then no weight has changed */
DNN_API int32_t dnn_model_set_parameters(dnn_model *model, const double *theta);

/** Runs the network forward: y = φ(W_{L−1} … φ(W_0 x̂)). With softmax or sigmoid at the output, y are probabilities:
 * the k most probable classes are the k largest of a row. Where the weights are so large that the network's own numbers
 * overflow, y may be infinite, NaN, or what φ makes of an infinity. A row's result may differ in its last bits with the
 * number of rows in the call. Shared freely between threads; memory is taken at a thread's first call and kept in the
 * model. Since 0.1.
 * @param model   the network
 * @param x       [n × n_0]; may be NULL where n is 0
 * @param n       rows; 0 does nothing
 * @param[out] y  [n × n_L], overwritten; must not overlap x; may be NULL where n is 0
 * @return DNN_ERROR_NOT_FINITE if a number in x is not finite in the model's precision (once standardized): then y is
 *         untouched */
DNN_API int32_t dnn_model_predict(const dnn_model *model, const double *x, int64_t n, double *y);

/** dnn_model_predict for arrays of float. @copydetails dnn_model_predict */
DNN_API int32_t dnn_model_predict_f32(const dnn_model *model, const float *x, int64_t n, float *y);

/** The class of each sample: the index of the largest output, the first one if several are equal. With a single output:
 * 1 if it is at least 0.5, else 0. An output that is NaN is never the largest; where all are, the class is 0. Threads
 * as dnn_model_predict. Since 0.1.
 * @param model       the network
 * @param x           [n × n_0]; may be NULL where n is 0
 * @param n           rows; 0 does nothing
 * @param[out] label  [n]; may be NULL where n is 0
 * @return as dnn_model_predict */
DNN_API int32_t dnn_model_classify(const dnn_model *model, const double *x, int64_t n, int32_t *label);

/** Measures the model on a dataset: its loss, and how often it is right. Threads as dnn_model_predict. Since 0.1.
 * @param model          the network
 * @param dataset        n_0 inputs and n_L outputs; one made of labels may have fewer classes than n_L, and where n_L
 *                       is 1 it has at most two, which are read as 0 and 1
 * @param[out] loss      the mean over the samples of the config's loss E, without l2; weighted if the samples have
 *                       weights (dnn_dataset_set_weights); NULL: not wanted
 * @param[out] accuracy  the share of samples, 0 to 1, each counting alike, whose class by dnn_model_classify is that of
 *                       the target by the same rule; it means little where targets are no classes; NULL: not wanted
 * @return DNN_ERROR_NOT_FINITE if an input is too large for the model's precision, or the loss is not finite;
 *         DNN_ERROR_INVALID_ARGUMENT if a target is not from 0 to 1 where the loss needs that */
DNN_API int32_t dnn_model_evaluate(const dnn_model *model, const dnn_dataset *dataset, double *loss, double *accuracy);

/** How good the model is at numbers: the coefficient of determination. R² = 1 − Σ (y − x)² / Σ (y − ȳ)², ȳ the mean
 * target, averaged over the outputs, each sample counting alike. An output whose targets are all equal counts as 1 if
 * each is met, else as 0 (as in scikit-learn's r2_score). Threads as dnn_model_predict. Since 0.1.
 * @param model    the network
 * @param dataset  as in dnn_model_evaluate
 * @param[out] r2  1 is perfect, 0 as good as always answering ȳ, and less is worse
 * @return as dnn_model_evaluate */
DNN_API int32_t dnn_model_score(const dnn_model *model, const dnn_dataset *dataset, double *r2);

/** Counts which class was taken for which. Threads as dnn_model_predict. Since 0.1.
 * @param model        the network, with at least two outputs
 * @param dataset      as in dnn_model_evaluate
 * @param[out] counts  [n_L × n_L], overwritten: row = the true class, column = the model's
 * @return as dnn_model_evaluate */
DNN_API int32_t dnn_model_confusion(const dnn_model *model, const dnn_dataset *dataset, int64_t *counts);

/** Gives the model the mean and the standard deviation of each input of a dataset. By them it shifts and scales all its
 * inputs from now on: x_0 = (x − mean) / scale, in predict, evaluate, training and everywhere else. The scale of a
 * column that is constant, to within rounding, is 1. To be called before training, with the training samples; a call
 * after it changes what the network gives, and a second call replaces the first. Changes the model: see THREADS.
 * Since 0.1.
 * @param model    the network
 * @param dataset  n_0 inputs, of any finite size; a dataset has no others
 * @return DNN_ERROR_NOT_FINITE if an input of this dataset would not be finite in the model's precision */
DNN_API int32_t dnn_model_standardize(dnn_model *model, const dnn_dataset *dataset);

/** Copies out what dnn_model_standardize found; zeros and ones if it was never called. Since 0.1.
 * @param model       the network
 * @param[out] mean   [n_0]; NULL: not wanted
 * @param[out] scale  [n_0]; NULL: not wanted */
DNN_API int32_t dnn_model_get_standardization(const dnn_model *model, double *mean, double *scale);

/** Describes the network as a table in plain text. A line a layer: neurons, parameters, activation, and the root mean
 * square of the weights; below it precision, loss and standardization, and what can be seen to be wrong with the
 * weights alone. What training does is told by dnn_trainer_diagnose. Since 0.1.
 * @param model        the network
 * @param[out] buffer  [capacity] bytes: the text and its closing NUL; NULL with capacity 0 asks for the length alone
 * @param capacity     bytes that buffer has room for
 * @param[out] length  bytes of the text, without the NUL; NULL: not wanted
 * @return DNN_ERROR_INVALID_ARGUMENT if the buffer is too small; then it is untouched */
DNN_API int32_t dnn_model_summary(const dnn_model *model, char *buffer, int64_t capacity, int64_t *length);

/** Writes a model to a file. Weights, config (but checkpoint_path) and standardization are in it, all that
 * dnn_model_load needs. The format is safetensors (github.com/huggingface/safetensors), which NumPy, PyTorch and others
 * open: tensors layers.N.weight [n_{N+1} × n_N] and layers.N.bias [n_{N+1}], N from 0, in the model's precision; in
 * `__metadata__` dnn.format, dnn.config (JSON), dnn.input_mean and dnn.input_scale if standardized, dnn.sha256 of the
 * data and dnn.header_sha256 of the rest. The same model gives the same bytes, on every machine. The file is replaced
 * in one step: after a failure, or if the process is killed, it is the old one or the new one, whole; what is killed
 * may leave a file `.dnn-*.tmp` beside it. Needs memory for the file once over. Threads as dnn_model_predict.
 * Since 0.1.
 * @param model  the network
 * @param path   the file, to be made or replaced
 * @return DNN_ERROR_IO with the path and the system's reason; DNN_ERROR_UNSUPPORTED if the format's header would exceed
 *         16 MiB */
DNN_API int32_t dnn_model_save(const dnn_model *model, const char *path);

/** Reads a model that dnn_model_save wrote, or the model of a checkpoint (dnn_trainer_save). It predicts the same to
 * the last bit, on the same machine. Allocates in proportion to the file alone. Since 0.1.
 * @param path      the file
 * @param[out] out  the model; release it with dnn_model_destroy
 * @return DNN_ERROR_IO; DNN_ERROR_FORMAT, with the reason, if the file is damaged, was changed (checksums), holds a
 *         number that is not finite, or was not written by libdnn: then see dnn_model_load_with; DNN_ERROR_UNSUPPORTED
 *         if a newer format */
DNN_API int32_t dnn_model_load(const char *path, dnn_model **out);

/** Reads weights from any safetensors file of a fully connected network. Such is PyTorch's state_dict of a Sequential:
 * tensors NAME.weight [outputs × inputs] and, if the layer has one, NAME.bias [outputs], of F64, F32, F16 or BF16. The
 * layers are taken in the natural order of their names (2 before 10), and must chain up: names such as input, hidden
 * and output are in the wrong order then, and the sizes may not tell. From a file of libdnn's own, the weights and the
 * standardization are taken, and `config` in place of its config. Weights that were changed elsewhere come back if of
 * the metadata dnn.input_mean and dnn.input_scale alone are kept. Since 0.1.
 * @param path      the file
 * @param config    what the network is otherwise (activations, precision, loss) and how it learns
 * @param[out] out  the model; release it with dnn_model_destroy
 * @return as dnn_model_load; DNN_ERROR_INVALID_ARGUMENT if config does not fit */
DNN_API int32_t dnn_model_load_with(const char *path, const dnn_config *config, dnn_model **out);

/** What dnn_model_save writes, into memory. Threads as dnn_model_predict. Since 0.1.
 * @param model        the network
 * @param[out] buffer  [capacity] bytes; NULL asks for the size alone
 * @param capacity     bytes that buffer has room for
 * @param[out] size    the bytes that it takes; NULL: not wanted, unless buffer is NULL too
 * @return as dnn_model_save; DNN_ERROR_INVALID_ARGUMENT if capacity is too small, and then nothing is written */
DNN_API int32_t dnn_model_save_memory(const dnn_model *model, void *buffer, int64_t capacity, int64_t *size);

/** dnn_model_load from memory. Since 0.1.
 * @param bytes     [size], read during the call only
 * @param size      how many bytes
 * @param[out] out  the model; release it with dnn_model_destroy
 * @return as dnn_model_load, but DNN_ERROR_IO */
DNN_API int32_t dnn_model_load_memory(const void *bytes, int64_t size, dnn_model **out);

/** Writes the model as an ONNX file. ONNX Runtime, OpenVINO, TensorRT, browsers and phones run it: operator set 13, a
 * Gemm and an activation a layer, initializers layers.N.weight [n_{N+1} × n_N] and layers.N.bias [n_{N+1}] from N = 0,
 * input `input` [N, n_0], output `output` [N, n_L], N free, all of the model's precision. Standardization comes first,
 * in double, between two Casts. The config is kept as metadata, dnn.config.KEY. The same model gives the same bytes.
 * dnn_model_import_onnx reads it back, but for networks of several hundred tiny layers. ONNX Runtime 1.32 has no
 * kernels in double for leaky_relu, elu, gelu and softplus: a model that it is to run has precision = f32. ONNX keeps
 * leaky_slope and elu_alpha as floats, also of a model of doubles. Threads as dnn_model_predict. Format: onnx.ai.
 * Since 0.1.
 * @param model  the network
 * @param path   the file, which is replaced as a whole or left as it was
 * @return DNN_ERROR_IO; DNN_ERROR_UNSUPPORTED if the file would have more than 2 GiB, or if this build has no ONNX */
DNN_API int32_t dnn_model_export_onnx(const dnn_model *model, const char *path);

/** Makes a model from an ONNX file of a fully connected network. It takes what dnn_model_export_onnx, PyTorch
 * (torch.onnx.export), skl2onnx (MLPClassifier, MLPRegressor, with StandardScaler or without) and others write: Gemm,
 * or MatMul and Add, with constant weights of float, double, float16 or bfloat16; Relu, LeakyRelu, Sigmoid, Tanh, Elu,
 * Softplus, Softmax, Gelu (exact, as one operator or by Erf), Silu as x · Sigmoid(x), a Mul before Sigmoid as its
 * slope; Identity, Dropout, Flatten, Reshape, Cast; constants that shift and scale the inputs, which become the model's
 * standardization. Outputs that are labels are left out; of a binary classifier that gives [1 − p, p], the model's one
 * output is p. The model computes in double if any weights are double. A file of another's makes a config of the recipe
 * "classifier" if its output is softmax or sigmoid (loss binary_cross_entropy), else of "regressor"; one of our own has
 * its own config again, and predicts the same bit for bit. Reading takes at most twice the file's size and about 1 MiB,
 * beside the model itself. Since 0.1.
 * @param path      the file
 * @param[out] out  the model; release it with dnn_model_destroy
 * @return DNN_ERROR_IO; DNN_ERROR_FORMAT if the file is damaged or contradicts itself; DNN_ERROR_NOT_FINITE;
 *         DNN_ERROR_UNSUPPORTED if it holds anything else, which the message names by node and operator, if it keeps
 *         weights in another file, if it has so many tiny parts that its memory is not enough (some hundreds of layers
 *         of a few neurons), or if this build has no ONNX */
DNN_API int32_t dnn_model_import_onnx(const char *path, dnn_model **out);

/** Writes a model as one file of C99. It compiles as C++ too, and needs neither libdnn, a BLAS nor a heap: for
 * microcontrollers, and for programs that want no library. It holds the weights as constant arrays, which the linkers of
 * most microcontrollers leave in flash (that of AVR copies constants to RAM), and one function,
 *
 *     void NAME_predict(const float *x, float *y);      for precision = f64: const double *x, double *y
 *
 * which computes y, [n_L], of one x, [n_0], as dnn_model_predict does, standardization included, to within rounding. It
 * keeps nothing from call to call, so threads and interrupts may call it at once. It does not look for numbers that are
 * not finite. The head of the file says how to call it and what it takes: 4 or 8 bytes a parameter, stack for the
 * activations of at most two layers, and `<math.h>` for any φ but identity, relu and leaky_relu. The same model, name
 * and version of libdnn give the same bytes. Takes some KiB of memory; the file has some 15 bytes a parameter, in double
 * 23. Threads as dnn_model_predict. Since 0.1.
 * @param model  the network
 * @param path   the file, which is replaced as a whole or left as it was
 * @param name   what all names in the file begin with: an identifier of C, of a letter and then up to 39 letters, digits
 *               and underscores, and no keyword
 * @return DNN_ERROR_IO; DNN_ERROR_UNSUPPORTED if precision = f32 and an input's mean or scale is beyond what a float
 *         can be */
DNN_API int32_t dnn_model_export_c(const dnn_model *model, const char *path, const char *name);

/** @} */

/* =============================================== workspace =============================================== */

/** @defgroup workspace Workspace
 * Prediction without any allocation, and a look at the activations. For programs that may not wait for memory or for
 * another thread.
 * @{ */

/** Makes the memory for predictions. Holds a reference to the model, and sees its weights as they are at each predict.
 * Memory (see MEMORY): max_rows X bytes; the weights are the model's. Since 0.1.
 * @param model     the network
 * @param max_rows  the most samples that a call will bring; at least 1
 * @param[out] out  the workspace; release it with dnn_workspace_destroy */
DNN_API int32_t dnn_workspace_create(const dnn_model *model, int64_t max_rows, dnn_workspace **out);

/** Releases a workspace. Since 0.1.
 * @param workspace  NULL does nothing */
DNN_API void dnn_workspace_destroy(dnn_workspace *workspace);

/** dnn_model_predict without any allocation or lock in this library. One thread at a time a workspace. Since 0.1.
 * @param workspace  whose memory is used, and whose model
 * @param x          [n × n_0]; may be NULL where n is 0
 * @param n          rows, 0 to max_rows; 0 does nothing
 * @param[out] y     [n × n_L], overwritten; must not overlap x; may be NULL where n is 0
 * @return as dnn_model_predict */
DNN_API int32_t dnn_workspace_predict(dnn_workspace *workspace, const double *x, int64_t n, double *y);

/** dnn_workspace_predict for arrays of float. @copydetails dnn_workspace_predict */
DNN_API int32_t dnn_workspace_predict_f32(dnn_workspace *workspace, const float *x, int64_t n, float *y);

/** Copies out the activations x_layer of the last successful predict of at least one row. Since 0.1.
 * @param workspace  the workspace of that predict
 * @param layer      0 (the input, standardized) to L
 * @param[out] x     [n × n_layer], n as in that predict
 * @return DNN_ERROR_INVALID_ARGUMENT if there was none */
DNN_API int32_t dnn_workspace_activations(const dnn_workspace *workspace, int64_t layer, double *x);

/** @} */

/* ================================================ trainer ================================================ */

/** @defgroup trainer Trainer
 * Gradient descent: one step, or fit over a dataset. Watch it, stop it, find out why it does not learn, keep it in a
 * checkpoint.
 * @{ */

/** Makes a trainer for a model, to which it holds a reference. The config decides how to learn; what the network is
 * (the first part of the table of keys) was fixed when the model was made.
 *
 * Memory (see MEMORY): the weights are the model's, and beside them are
 *
 *     W                                      the gradient
 *     0, W or 2 W                            what the optimizer keeps of the past: nothing for sgd; W for momentum,
 *                                            nesterov and rmsprop; 2 W for adam, adamw and rprop
 *     W                                      the best weights, for restore_best with patience
 *     R (2 X − row(n_0) + row(n_L) + 8)      a batch, R = R(256), or R(batch_size) if that is more
 *     R row(n_l)                             more for each layer of gelu or silu, and for an output whose loss is a
 *                                            cross-entropy
 *     2 R row(n_l)                           with dropout, more for each hidden layer, in place of that
 *     W                                      a sum of gradients, from the first dnn_trainer_accumulate or
 *                                            dnn_trainer_set_gradient on
 *
 * bytes, and with `threads` two rows of the widest layer a thread. Since 0.1.
 * @param model           the network that it will change
 * @param config_or_null  copied; NULL: the config that the model was made with
 * @param[out] out        the trainer; release it with dnn_trainer_destroy
 * @return DNN_ERROR_INVALID_ARGUMENT if the config sets a key of what the network is to something else, if it is of the
 *         recipe classifier or regressor and its loss not the model's, where the model was made by another recipe, or
 *         if a number is too small for the model's precision; DNN_ERROR_NOT_FINITE if one is too large */
DNN_API int32_t dnn_trainer_create(dnn_model *model, const dnn_config *config_or_null, dnn_trainer **out);

/** Releases a trainer. The model keeps the weights. Since 0.1.
 * @param trainer  NULL does nothing */
DNN_API void dnn_trainer_destroy(dnn_trainer *trainer);

/** One update of the weights by the optimizer, from the mean gradient of n samples. For sgd, W ← W − η (1/n) Σ ∇W. η is
 * learning_rate, or what a schedule made of it in the latest epoch of fit. Sums that dnn_trainer_accumulate holds are
 * left alone. Allocates nothing. Since 0.1.
 * @param trainer    the trainer
 * @param x          [n × n_0]
 * @param y          [n × n_L], the targets
 * @param n          samples, at least 1; 1 is the tutorial's train()
 * @param[out] loss  the mean over the n samples of E, before the update, without l2; NULL: not wanted
 * @return DNN_ERROR_INVALID_ARGUMENT if a target is not from 0 to 1 where the loss needs that (the cross-entropies);
 *         DNN_ERROR_NOT_FINITE if a number in x or y, the loss or the update is not finite, or so large that a weight
 *         might overflow, which is judged by n · max |ψ_{l+1}| · max |x̂_l|, all that a layer's ∇W can sum up to: then
 *         the weights are as before */
DNN_API int32_t dnn_trainer_step(dnn_trainer *trainer, const double *x, const double *y, int64_t n, double *loss);

/** dnn_trainer_step for arrays of float. @copydetails dnn_trainer_step */
DNN_API int32_t dnn_trainer_step_f32(dnn_trainer *trainer, const float *x, const float *y, int64_t n, double *loss);

/** Trains for `epochs` passes over a dataset. It goes in batches of `batch_size` (unless it was set: of at most a 64th
 * of the samples, so that a small table gets its updates), the last one smaller if need be, in a new random order each
 * epoch if `shuffle` is true. Each epoch is added to the history. A sample's part in the gradient is multiplied by its
 * weight (dnn_dataset_set_weights), and with class_weight = balanced by n / (classes that occur × samples of its
 * class); these are scaled to a mean of 1. The validation's loss counts the weights of its samples, as they were when
 * fit began, and no class_weight. A sample of weight 0 has no part in training, even if its numbers are too large for
 * the model. With patience, fit ends when that many epochs in a row brought no better loss; and with restore_best the
 * model then has, however fit ends but for another error than DNN_ERROR_NOT_FINITE, the weights of the best epoch, if
 * there is one (dnn_trainer_best_epoch). Copies no more than one batch of the dataset.
 *
 * Memory: while it runs, 4 bytes a sample with `shuffle`, and 8 with weights of samples or class_weight; 24 an epoch
 * for the history; for a validation what a model's evaluation takes. It is there before the first batch, and none is
 * asked for later, but to write a checkpoint, and after each 4096 epochs for the history. Since 0.1.
 * @param trainer             the trainer
 * @param training            the samples to learn from, n_0 inputs and n_L outputs (see dnn_model_evaluate)
 * @param validation_or_null  samples to measure the model by after each epoch; NULL: none
 * @return DNN_OK after the last epoch, or an early stop. DNN_STOPPED when the progress callback or dnn_trainer_cancel
 *         ended it: but for restore_best, the model keeps what it learned, and an epoch that was cut short is not in
 *         the history. DNN_ERROR_NOT_FINITE when an input, a target, the loss or the update was not finite: but for
 *         restore_best, the model keeps the weights before that batch, and dnn_last_error() tells the epoch and batch,
 *         the sample if its own numbers are too large, and what to try; or when the validation's loss was not finite:
 *         but for restore_best, the model keeps what it learned, and that epoch is not in the history.
 *         DNN_ERROR_INVALID_ARGUMENT if the dataset does not fit the model or its loss, or has no classes to balance */
DNN_API int32_t dnn_trainer_fit(dnn_trainer *trainer, const dnn_dataset *training,
                                const dnn_dataset *validation_or_null);

/** Asks for a call after each batch of a fit, and once at the end of an epoch. That one comes when validation is done,
 * with batch = batches. Since 0.1.
 * @param trainer   the trainer
 * @param callback  runs on the thread that called fit, and returns 1 to go on, anything else to stop (an exception
 *                  swallowed by a foreign-function layer returns 0); it may use the model to predict and may destroy
 *                  handles, but may not train this model: that returns DNN_ERROR_INVALID_ARGUMENT; NULL takes the
 *                  callback away
 * @param user      handed to the callback as it is; may be NULL
 * @return DNN_ERROR_INVALID_ARGUMENT while a fit of this trainer is running: it keeps the callback that it began with */
DNN_API int32_t dnn_trainer_set_progress(dnn_trainer *trainer,
                                         int32_t (*callback)(void *user, const dnn_progress *progress), void *user);

/** Ends the fit that is running within one batch, also one of the validation; it returns DNN_STOPPED. Without one it
 * does nothing. May be called from any thread, also inside the callback, but not from a signal handler. Since 0.1.
 * @param trainer  the trainer that fits */
DNN_API int32_t dnn_trainer_cancel(dnn_trainer *trainer);

/** The epoch that is running. These ten are for use inside a progress callback. Since 0.1.
 * @param progress  what the callback was given; NULL gives −1
 * @return from 1 */
DNN_API int64_t dnn_progress_epoch(const dnn_progress *progress);
/** How many epochs this fit is to run. Since 0.1.
 * @param progress  what the callback was given; NULL gives −1
 * @return the count */
DNN_API int64_t dnn_progress_epochs(const dnn_progress *progress);
/** How many batches of this epoch are done. Since 0.1.
 * @param progress  what the callback was given; NULL gives −1
 * @return from 1 */
DNN_API int64_t dnn_progress_batch(const dnn_progress *progress);
/** How many batches an epoch has. Since 0.1.
 * @param progress  what the callback was given; NULL gives −1
 * @return the count */
DNN_API int64_t dnn_progress_batches(const dnn_progress *progress);
/** The mean loss over the samples of this epoch so far, each taken before its update. Since 0.1.
 * @param progress  what the callback was given; NULL gives NaN
 * @return the mean of E */
DNN_API double dnn_progress_loss(const dnn_progress *progress);
/** The loss on the validation set after this epoch. Since 0.1.
 * @param progress  what the callback was given; NULL gives NaN
 * @return the mean of E; NaN before the epoch's end, or without a validation set */
DNN_API double dnn_progress_validation_loss(const dnn_progress *progress);
/** The accuracy on the validation set after this epoch. Since 0.1.
 * @param progress  what the callback was given; NULL gives NaN
 * @return 0 to 1; NaN before the epoch's end, without a validation set, and where the validation's targets are no
 *         classes: neither labels nor numbers that are all 0 or 1 */
DNN_API double dnn_progress_validation_accuracy(const dnn_progress *progress);
/** How long this fit has been running. Since 0.1.
 * @param progress  what the callback was given; NULL gives NaN
 * @return seconds */
DNN_API double dnn_progress_seconds(const dnn_progress *progress);
/** The learning rate of the latest batch. Since 0.1.
 * @param progress  what the callback was given; NULL gives NaN
 * @return η */
DNN_API double dnn_progress_learning_rate(const dnn_progress *progress);
/** How fast it learns, in this epoch so far, without validation and callbacks. Since 0.1.
 * @param progress  what the callback was given; NULL gives NaN
 * @return samples a second */
DNN_API double dnn_progress_samples_per_second(const dnn_progress *progress);

/** How many epochs this trainer has completed, over all its fits. Since 0.1.
 * @param trainer  the trainer; NULL gives −1
 * @return the count */
DNN_API int64_t dnn_trainer_history_count(const dnn_trainer *trainer);

/** The figures of one completed epoch. Since 0.1.
 * @param trainer                   the trainer
 * @param epoch                     0 to dnn_trainer_history_count − 1
 * @param[out] loss                 the mean of E over its samples, each before its update; NULL: not wanted
 * @param[out] validation_loss      NaN without a validation set; NULL: not wanted
 * @param[out] validation_accuracy  NaN likewise, and where the validation's targets are no classes
 *                                  (dnn_progress_validation_accuracy); NULL: not wanted */
DNN_API int32_t dnn_trainer_history(const dnn_trainer *trainer, int64_t epoch, double *loss, double *validation_loss,
                                    double *validation_accuracy);

/** The epoch with the best loss since the latest fit began that had `patience` set. Since 0.1.
 * @param trainer  the trainer; NULL gives −1
 * @return an index for dnn_trainer_history; −1 if there is none */
DNN_API int64_t dnn_trainer_best_epoch(const dnn_trainer *trainer);

/** The learning rate of the latest batch of fit, or of the next step. That is learning_rate, or what
 * dnn_trainer_set_learning_rate or a schedule made of it. Since 0.1.
 * @param trainer  the trainer; NULL gives NaN
 * @return η */
DNN_API double dnn_trainer_learning_rate(const dnn_trainer *trainer);

/** Replaces learning_rate, for schedules of one's own; a `schedule` goes on from it, at its epoch and with its cuts. It
 * may be called in the progress callback: then it holds from the next batch. Since 0.1.
 * @param trainer  the trainer
 * @param rate     η; > 0
 * @return DNN_ERROR_NOT_FINITE if it is not finite in the model's precision */
DNN_API int32_t dnn_trainer_set_learning_rate(dnn_trainer *trainer, double rate);

/** Adds the gradients of n samples to the trainer's sum, G ← G + Σ ∇W, and changes no weight. With
 * dnn_trainer_get_gradient, dnn_trainer_set_gradient and dnn_trainer_apply this is what data-parallel training needs.
 * The first call takes the memory of the sum. Since 0.1.
 * @param trainer        the trainer
 * @param x              [n × n_0]
 * @param y              [n × n_L], the targets
 * @param n              samples, at least 1
 * @param[out] loss_sum  the sum over the n samples of E; NULL: not wanted
 * @return as dnn_trainer_step, but that the sum is as before */
DNN_API int32_t dnn_trainer_accumulate(dnn_trainer *trainer, const double *x, const double *y, int64_t n,
                                       double *loss_sum);

/** Copies the sum G out; zeros when nothing was added since the last dnn_trainer_apply. Since 0.1.
 * @param trainer        the trainer
 * @param[out] gradient  [dnn_model_parameter_count], in the order of dnn_model_get_parameters */
DNN_API int32_t dnn_trainer_get_gradient(const dnn_trainer *trainer, double *gradient);

/** Replaces the sum G. Since 0.1.
 * @param trainer   the trainer
 * @param gradient  [dnn_model_parameter_count], in the order of dnn_model_get_parameters
 * @return DNN_ERROR_NOT_FINITE if a number is not finite in the model's precision: then G is as before */
DNN_API int32_t dnn_trainer_set_gradient(dnn_trainer *trainer, const double *gradient);

/** One update by the optimizer with the gradient scale · G, after which the sum is empty. l2, clip_norm and
 * weight_decay count once, here. accumulate over n samples, then apply(1/n), equals step over them to within rounding.
 * Since 0.1.
 * @param trainer  the trainer
 * @param scale    what G is multiplied by; finite
 * @return DNN_ERROR_INVALID_ARGUMENT if nothing was accumulated or set; DNN_ERROR_NOT_FINITE if a weight might
 *         overflow: weights and sum are then as before */
DNN_API int32_t dnn_trainer_apply(dnn_trainer *trainer, double scale);

/** Figures of one layer, to see why it is not learning. They are those of W_layer, which leads to layer + 1, at the
 * trainer's latest gradient: of the last step (of fit too), its mean gradient; of the last accumulate or set_gradient,
 * the sum G; of the last apply(scale), scale · G. It is as it was before clip_norm, and l2 has no part in it.
 * Since 0.1.
 * @param trainer             the trainer
 * @param layer               0 to L − 1
 * @param[out] gradient_norm  the Frobenius norm ‖∇W_layer‖; NULL: not wanted
 * @param[out] weight_norm    ‖W_layer‖ now; NULL: not wanted
 * @param[out] saturated      of the activations x_{layer+1} of the last samples seen (at most the larger of 256 and
 *                            batch_size of them), the share, 0 to 1, whose derivative φ′ is below 1/1000 of its largest
 *                            value: a sigmoid near 0 or 1, a ReLU that is off; the gradient cannot pass through these;
 *                            samples of weight 0 do not count, and if all are it is 0; NULL: not wanted
 * @return DNN_ERROR_INVALID_ARGUMENT before the first step or accumulate, and after one that failed because of its
 *         numbers */
DNN_API int32_t dnn_trainer_layer_stats(dnn_trainer *trainer, int64_t layer, double *gradient_norm, double *weight_norm,
                                        double *saturated);

/** Says in plain words why it is not learning, or that nothing speaks against it. First comes a table of the figures of
 * dnn_trainer_layer_stats, a line a layer, from 1, with `dead`, the share of its neurons whose φ′ is that flat for all
 * of the last samples seen (0 if those are fewer than 16); then a line for each finding, with what to change: a latest
 * step that failed because numbers overflowed, or were not finite; inputs that are not of size 1; targets that the
 * output cannot reach, or large ones that it is far from; neurons that are all the same (init = zeros); activations
 * that explode within the network; an enormous loss; gradients that are 0, vanish or explode; saturated layers; dead
 * units; updates that are too large or too small beside the weights, for any optimizer, clipped if clip_norm is set,
 * unless the gradient has not been applied. Thresholds are rules of thumb; samples are the last ones, as for
 * `saturated`. Before the first step it says so. Since 0.1.
 * @param trainer      the trainer
 * @param[out] buffer  [capacity] bytes: lines of UTF-8 that end in a line feed, and a closing NUL; NULL with capacity 0
 *                     asks for the length alone
 * @param capacity     bytes that buffer has room for
 * @param[out] length  bytes of the text, without the NUL; NULL: not wanted
 * @return DNN_ERROR_INVALID_ARGUMENT if the buffer is too small; then it is untouched */
DNN_API int32_t dnn_trainer_diagnose(dnn_trainer *trainer, char *buffer, int64_t capacity, int64_t *length);

/** Compares the gradient with central differences. It is the gradient of Σ E over n samples, l2 included and dropout
 * not; the differences are (E(w + h) − E(w − h)) / 2h, taken in double precision on a copy of the weights, h = ∛ε ·
 * max(1, |w|). Every weight of a layer that has up to 1000 is tried, else 1000 spread evenly. About 1e-9 is right in
 * f64 and 1e-6 in f32; sigmoid_derivative = tutorial is off by its factor c, as the tutorial's is. A kink (relu at 0)
 * inside ±h shows as an error. Changes nothing. Takes two forward runs a weight. Since 0.1.
 * @param trainer                  the trainer
 * @param x                        [n × n_0]
 * @param y                        [n × n_L], the targets
 * @param n                        samples, at least 1
 * @param[out] max_relative_error  the largest |a − b| over the largest |b| of its layer; 0 if both gradients are all 0,
 *                                 infinity if the differences are and the gradient is not
 * @return as dnn_trainer_step */
DNN_API int32_t dnn_trainer_check_gradient(dnn_trainer *trainer, const double *x, const double *y, int64_t n,
                                           double *max_relative_error);

/** Writes a checkpoint. It holds the model as dnn_model_save writes it, and everything that the next update depends on
 * (what the optimizer keeps, generators, schedule, early stopping with the best weights, G, history, and how many
 * threads a step of one sample is divided among, which stays so wherever it is loaded), in the same format, with
 * tensors optimizer.K.layers.N.weight and so on. Training that goes on from it is the same bit for bit as if it had
 * not been interrupted, on any number of processors of that kind. Also inside the progress callback: at the end of an
 * epoch (batch = batches), the next fit of a trainer that is loaded from it runs the epochs that were left; in the
 * middle of one, that epoch is begun anew. fit itself writes one to checkpoint_path after every checkpoint_every
 * epochs and after its last (with the weights that it ends with), and fails with DNN_ERROR_IO if it cannot. As safe
 * as dnn_model_save. Since 0.1.
 * @param trainer  the trainer
 * @param path     the file, to be made or replaced
 * @return as dnn_model_save */
DNN_API int32_t dnn_trainer_save(const dnn_trainer *trainer, const char *path);

/** Reads a checkpoint: makes a model and its trainer, which has checkpoint_path = path. The next fit runs the epochs
 * that the fit which wrote it had left, or all of them if it had none left; it needs the same dataset, and the callback
 * again. Since 0.1.
 * @param path          the file
 * @param[out] model    the model; release it with dnn_model_destroy, before or after the trainer
 * @param[out] trainer  the trainer; release it with dnn_trainer_destroy
 * @return as dnn_model_load */
DNN_API int32_t dnn_trainer_load(const char *path, dnn_model **model, dnn_trainer **trainer);

/** @} */

/* ================================================ dataset ================================================ */

/** @defgroup dataset Dataset
 * Samples, from arrays or files: inputs x and targets y. They are checked once and kept: what fit and evaluate take.
 * @{ */

/** Makes a dataset from arrays, copied. The samples of a dataset never change; threads share it freely. Since 0.1.
 * @param x         [n × n_in]
 * @param n         samples, at least 1
 * @param n_in      inputs of a sample, at least 1
 * @param y         [n × n_out], the targets
 * @param n_out     outputs of a sample, at least 1
 * @param[out] out  the dataset; release it with dnn_dataset_destroy
 * @return DNN_ERROR_NOT_FINITE if a number is NaN or infinite */
DNN_API int32_t dnn_dataset_create(const double *x, int64_t n, int64_t n_in, const double *y, int64_t n_out,
                                   dnn_dataset **out);

/** dnn_dataset_create for arrays of float, kept as float. @copydetails dnn_dataset_create */
DNN_API int32_t dnn_dataset_create_f32(const float *x, int64_t n, int64_t n_in, const float *y, int64_t n_out,
                                       dnn_dataset **out);

/** Makes a dataset for classification, copied. A sample's target y has `classes` numbers, 1 at the label and 0
 * elsewhere. Since 0.1.
 * @param x         [n × n_in]
 * @param n         samples, at least 1
 * @param n_in      inputs of a sample, at least 1
 * @param labels    [n], each 0 to classes − 1
 * @param classes   how many classes there are, at least 1
 * @param[out] out  the dataset; release it with dnn_dataset_destroy
 * @return DNN_ERROR_NOT_FINITE if a number is NaN or infinite */
DNN_API int32_t dnn_dataset_create_labels(const double *x, int64_t n, int64_t n_in, const int32_t *labels,
                                          int64_t classes, dnn_dataset **out);

/** dnn_dataset_create_labels for an array of float, kept as float. @copydetails dnn_dataset_create_labels */
DNN_API int32_t dnn_dataset_create_labels_f32(const float *x, int64_t n, int64_t n_in, const int32_t *labels,
                                              int64_t classes, dnn_dataset **out);

/** dnn_dataset_create_labels for bytes, kept as bytes and read as x / 255. @copydetails dnn_dataset_create_labels */
DNN_API int32_t dnn_dataset_create_labels_u8(const uint8_t *x, int64_t n, int64_t n_in, const int32_t *labels,
                                             int64_t classes, dnn_dataset **out);

/** Reads a pair of IDX files, the format of MNIST, plain or gzip. Images of unsigned bytes are kept as bytes and read
 * as x / 255; of other types they are read as they are, kept as float where that holds them exactly (int8, int16,
 * float), else as double. Labels of an integer type are classes, from 0; their count is the largest label + 1. Labels
 * of float or double, [n] or [n × m], are targets y, n × 1 or n × m. Memory: the resulting arrays and at most 2 MiB;
 * never more than the files could hold. Format: yann.lecun.com/exdb/mnist. Since 0.1.
 * @param images_path  a file of [n × any dimensions], each sample's numbers in one row
 * @param labels_path  a file of [n], or targets
 * @param[out] out     the dataset; release it with dnn_dataset_destroy
 * @return DNN_ERROR_IO if a file cannot be read; DNN_ERROR_FORMAT if it is damaged or no IDX file, a label is negative,
 *         or the two do not match; DNN_ERROR_NOT_FINITE if a number is NaN or infinite; DNN_ERROR_UNSUPPORTED if there
 *         are more numbers than a dataset can hold */
DNN_API int32_t dnn_dataset_read_idx(const char *images_path, const char *labels_path, dnn_dataset **out);

/** Reads a pair of files of numpy.save, plain or gzip. Inputs are of shape (n, any dimensions), each sample's numbers
 * in one row in C order, or (n,), one number each. Targets are read by their type and shape:
 *
 *     integers (n,)        classes, from 0; their count is the largest + 1
 *     bools (n,)           two classes, False = 0 and True = 1
 *     floats (n,)          targets, n × 1
 *     any (n, m)           targets, n × m: a matrix of 0 and 1 too
 *
 * Both may be of bool, int8 to int64, uint8 to uint64, float16, float32 or float64, in either byte order, in C or
 * Fortran order. Numbers are read as they are, as NumPy would: also those of uint8, where dnn_dataset_create_labels_u8
 * and dnn_dataset_read_idx divide by 255; save x / 255 as float32, or use dnn_model_standardize. They are kept as float
 * where that holds the type exactly (bool, 8 and 16 bits, float32), else as double. Memory as dnn_dataset_read_idx.
 * Format: numpy.lib.format, versions 1 to 3. Since 0.1.
 * @param x_path    the inputs
 * @param y_path    the targets; the same path where the targets are the inputs
 * @param[out] out  the dataset; release it with dnn_dataset_destroy
 * @return DNN_ERROR_IO, DNN_ERROR_FORMAT, DNN_ERROR_NOT_FINITE as in dnn_dataset_read_idx; DNN_ERROR_UNSUPPORTED for
 *         arrays of objects, text, structures, complex numbers or dates, integers beyond 2^53, .npz archives, and more
 *         numbers than a dataset can hold */
DNN_API int32_t dnn_dataset_read_npy(const char *x_path, const char *y_path, dnn_dataset **out);

/** Reads a table of text, plain or gzip: CSV by RFC 4180, in UTF-8. A row is a sample, a column an input or a target; a
 * number becomes the double nearest to it, whatever the locale. Quotes, line breaks within them, LF, CRLF or CR, a
 * byte-order mark, empty lines and spaces around a field are understood. Options, the first value being the default:
 *
 *     header     auto | true | false     whether the first row holds names. auto: it does if a column of numbers begins
 *                                        with text, or `targets` or `ignore` name a column by a word of that row that
 *                                        is no number: such a one is an index. A header of numbers, such as
 *                                        0,1,species over numbers and text, must be announced by true, or it is taken
 *                                        for a sample
 *     separator  auto | comma | semicolon | tab | pipe | space | a character      auto finds the first four; space is
 *                                        any run of spaces and tabs
 *     targets    last | first | none | a,b   the target columns, by name or index from 0. A name goes before an index:
 *                                        under a header 1,0,y, targets=1 is the first column. none: the targets are
 *                                        the inputs (they share memory), for predictions, which do not look at them,
 *                                        or an autoencoder
 *     classes    auto | true | false     whether the one target is a class. auto: if it is text. Classes are the
 *                                        different texts, sorted by their bytes; or, for true, the different numbers in
 *                                        order
 *     missing    error | drop | mean     of fields that are empty, NA, N/A, NaN, nan, NULL, null or ?: drop leaves the
 *                                        row out; mean puts the mean of its column for an input, and drops without a
 *                                        target
 *     ignore     a,b                     columns to leave out, by name or index
 *     decimal    point | comma           the decimal point
 *
 * Inputs are all columns that are neither target nor ignored, in the order of the file. Targets of class give a dataset
 * like dnn_dataset_create_labels, with names (dnn_dataset_class_name); others one of numbers. Files that are read apart
 * from each other have the same classes only if the same texts occur in both: read one, and split it. Takes hardly more
 * memory than its numbers. Since 0.1.
 * @param path             the file
 * @param options_or_null  key=value pairs with white space between them; names with spaces or commas stand in "quotes";
 *                         NULL: the defaults
 * @param[out] out         the dataset; release it with dnn_dataset_destroy
 * @return DNN_ERROR_IO if the file cannot be read; DNN_ERROR_FORMAT, with file, line and column, for what is no number
 *         (and what to do about it), rows of unequal length, and a damaged file; DNN_ERROR_NOT_FINITE for inf, and what
 *         is too large for a double; DNN_ERROR_INVALID_ARGUMENT for options, listing the known ones;
 *         DNN_ERROR_UNSUPPORTED for more than 1048576 columns, a field of more than 1 MiB, a row of more than 64 MiB */
DNN_API int32_t dnn_dataset_read_csv(const char *path, const char *options_or_null, dnn_dataset **out);

/** How many samples there are. Since 0.1.
 * @param dataset  the samples; NULL gives −1
 * @return the count */
DNN_API int64_t dnn_dataset_size(const dnn_dataset *dataset);

/** How many inputs a sample has. Since 0.1.
 * @param dataset  the samples; NULL gives −1
 * @return the count */
DNN_API int64_t dnn_dataset_inputs(const dnn_dataset *dataset);

/** How many outputs a sample has; for labels, the number of classes. Since 0.1.
 * @param dataset  the samples; NULL gives −1
 * @return the count */
DNN_API int64_t dnn_dataset_outputs(const dnn_dataset *dataset);

/** The name of a class. Any thread. Since 0.1.
 * @param dataset      the samples; NULL gives NULL
 * @param class_index  0 to dnn_dataset_outputs − 1
 * @return the name in UTF-8, which lives as long as the dataset, or any that it was split from or into; NULL if the
 *         class has none, or there is no such class */
DNN_API const char *dnn_dataset_class_name(const dnn_dataset *dataset, int64_t class_index);

/** Copies a sample out. Since 0.1.
 * @param dataset  the samples
 * @param i        0 to dnn_dataset_size − 1
 * @param[out] x   [dnn_dataset_inputs], bytes as x / 255; NULL: not wanted
 * @param[out] y   [dnn_dataset_outputs], labels as 0 and 1; NULL: not wanted */
DNN_API int32_t dnn_dataset_get(const dnn_dataset *dataset, int64_t i, double *x, double *y);

/** Divides a dataset at random in two, which share the samples' memory with the original; that may be destroyed.
 * Since 0.1.
 * @param dataset      the samples
 * @param fraction     between 0 and 1, such that neither part is empty
 * @param seed         the same seed gives the same parts
 * @param[out] first   the whole number of samples nearest to fraction × size; release it with dnn_dataset_destroy
 * @param[out] second  the rest, in another place; release it with dnn_dataset_destroy
 * @return DNN_ERROR_INVALID_ARGUMENT if the samples have weights (dnn_dataset_set_weights) and those of one part would
 *         all be 0: try another seed */
DNN_API int32_t dnn_dataset_split(const dnn_dataset *dataset, double fraction, int64_t seed, dnn_dataset **first,
                                  dnn_dataset **second);

/** Gives each sample a weight in the loss. E and its gradient are multiplied by it, in fit and in dnn_model_evaluate,
 * after all weights are scaled to a mean of 1, so that only their proportions count. The parts of a later
 * dnn_dataset_split inherit them. Any thread, at any time: a fit or evaluate that is running goes on with those that it
 * began with. Since 0.1.
 * @param dataset  the samples
 * @param weights  [dnn_dataset_size], copied, in the order of dnn_dataset_get; each finite and at least 0, their sum
 *                 more than 0; NULL takes them away */
DNN_API int32_t dnn_dataset_set_weights(dnn_dataset *dataset, const double *weights);

/** Releases a dataset. Since 0.1.
 * @param dataset  NULL does nothing */
DNN_API void dnn_dataset_destroy(dnn_dataset *dataset);

/** @} */

#ifdef __cplusplus
}
#endif

#endif /* DNN_H */
