/*
 * digits.c - trains a network on handwritten digits (MNIST) and shows what it reads.
 *
 * An example to copy from: nothing but dnn.h, the C library, and a little POSIX (isatty, access, sigaction). The whole
 * life of a network is in run() and train(): model, trainer, datasets, fit, then what the trained model is worth.
 *
 * The one idea: almost every option is a config key, so the library checks the value and words the error, and this
 * program needs no rules about epochs, rates or activations.
 *
 * Exit status: 0 done (also after Ctrl-C), 1 something failed, 2 wrong usage.
 */
#define _POSIX_C_SOURCE 200809L /* the three above, which plain C11 hides */

#include <dnn.h>

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef DIGITS_SAMPLE_DIR
#define DIGITS_SAMPLE_DIR "examples/data" /* CMake gives the full path */
#endif

enum { DONE = 0, FAILED = 1, WRONG_USAGE = 2 }; /* exit status */
enum { SIDE = 28, PIXELS = SIDE * SIDE, DIGITS = 10 };
enum { MAX_LAYERS = 64, BAR_WIDTH = 12 };
enum { GALLERY = 3, MARGIN = 2 }; /* three pictures fit in 80 columns without MNIST's blank border */

typedef struct {
    const char *data;        /* folder of the four files; NULL: the embedded sample */
    const char *save, *load; /* files, or NULL */
    bool full, help;
    int64_t layers[MAX_LAYERS], layer_count;
} options;

typedef struct {
    dnn_config *config;
    dnn_dataset *training, *validation, *test;
    dnn_model *model;
    dnn_trainer *trainer;
} objects;

typedef struct {
    bool terminal;     /* may rewrite its line; otherwise one plain line an epoch */
    bool utf8;         /* may draw with block characters */
    bool line_open;    /* the cursor stands in a progress line */
    double last_drawn; /* in seconds of the fit */
} display;

typedef struct {
    double pixels[PIXELS], confidence;
    int truth, answer;
} picture;

static volatile sig_atomic_t interrupted = 0;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1; /* the progress callback reads it; little else is allowed in a signal handler */
}

/* Says what failed; returns whether it did. DNN_STOPPED, the one positive status, is no error. */
static bool failed(int32_t status, const char *what)
{
    if (status >= DNN_OK) {
        return false;
    }
    fprintf(stderr, "digits: %s: %s: %s\n", what, dnn_status_string(status), dnn_last_error());
    return true;
}

/* ---------------------------------------------- command line ---------------------------------------------- */
static void print_help(void)
{
    puts("usage: digits [options]\n\n"
         "Trains a network on handwritten digits (MNIST) and shows what it reads. Ctrl-C ends the training early.\n\n"
         "  --full               all of MNIST, 60,000 + 10,000 images (digits.sh fetches them; else add --data)\n"
         "  --data DIR           folder with MNIST's four files, plain or .gz (a sample of 5,000 + 1,000 images)\n"
         "  --recipe NAME        classifier, or tutorial: its network, which reads digits at a learning rate of 1\n"
         "                       (classifier)\n"
         "  --layers 784,128,10  neurons of each layer (the tutorial's: 784,100,10)\n"
         "  --epochs N           passes over the training images (10)\n"
         "  --learning-rate X    how far each step goes (0.001, tutorial 1.0)\n"
         "  --seed N             draws other first weights (0)\n"
         "  --save FILE          writes what it learned: after each epoch, and the finished network at the end\n"
         "  --load FILE          goes on where a training that was interrupted with --save left off, with its "
         "settings;\n"
         "                       or shows what a finished network reads\n"
         "  --config KEY=VALUE   any other setting, repeatable\n"
         "  --help               this text\n\n"
         "A larger network: digits --full --layers 784,512,512,10 --epochs 30 \\\n"
         "                         --config dropout=0.2 --config schedule=cosine\n\n"
         "Keys of --config; the defaults are the library's, but for epochs, and the tutorial's learning_rate, as "
         "above:");
    for (int64_t i = 0; i < dnn_config_key_count(); i++) {
        printf("  %-19s  %s\n", dnn_config_key_name(i), dnn_config_key_help(i));
    }
}

static int set_layers(const char *text, options *chosen)
{
    const char *next = text;
    int64_t count = 0;
    while (count < MAX_LAYERS && *next >= '1' && *next <= '9') { /* strtoll alone would take " -1" too */
        char *end = NULL;
        chosen->layers[count++] = strtoll(next, &end, 10);
        next = *end == ',' && end[1] != '\0' ? end + 1 : end;
    }
    if (*next != '\0' || count < 2 || chosen->layers[0] != PIXELS || chosen->layers[count - 1] != DIGITS) {
        fprintf(stderr, "digits: --layers takes sizes from %d (pixels) to %d (digits), like 784,100,10; not \"%s\"\n",
                PIXELS, DIGITS, text);
        return WRONG_USAGE;
    }
    chosen->layer_count = count;
    return DONE;
}

/* Takes an option that has a value; value: the next argument, NULL if there is none. */
static int set_option(const char *name, char *value, dnn_config *config, options *chosen)
{
    static const char *const keys[][2] = {{"--epochs", "epochs"},
                                          {"--learning-rate", "learning_rate"},
                                          {"--seed", "seed"},
                                          {"--save", "checkpoint_path"}};
    const char *key = NULL, *text = value;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        key = strcmp(name, keys[i][0]) == 0 ? keys[i][1] : key;
    }
    if (value != NULL && strcmp(name, "--config") == 0) { /* "activation=relu" is cut in two */
        const size_t length = strcspn(value, "=");
        key = value;
        text = value + length + (value[length] == '='); /* without "=" the text is "", which no key takes */
        value[length] = '\0';
    } else if (value != NULL && strcmp(name, "--layers") == 0) {
        return set_layers(value, chosen);
    } else if (value != NULL && (strcmp(name, "--data") == 0 || strcmp(name, "--load") == 0)) {
        *(strcmp(name, "--data") == 0 ? &chosen->data : &chosen->load) = value;
        return DONE;
    }
    chosen->save = strcmp(name, "--save") == 0 ? value : chosen->save;
    if (key == NULL || text == NULL) {
        fprintf(stderr, "digits: %s: unknown option, or its value is missing; --help lists the options\n", name);
        return WRONG_USAGE;
    }
    if (dnn_config_set(config, key, text) != DNN_OK) {
        fprintf(stderr, "digits: %s=%s: %s\n", key, text, dnn_last_error());
        return WRONG_USAGE;
    }
    return DONE;
}

/* The settings of a recipe that reads digits; the command line may change each. */
static int begin_config(const char *recipe, dnn_config **config, options *chosen)
{
    if (dnn_config_create(recipe, config) != DNN_OK) {
        fprintf(stderr, "digits: --recipe: %s\n", dnn_last_error());
        return WRONG_USAGE;
    }
    const bool tutorial = strcmp(recipe, "tutorial") == 0;
    chosen->layers[1] = tutorial ? 100 : 128;
    const bool ready = !(tutorial && failed(dnn_config_set_number(*config, "learning_rate", 1.0), "config")) &&
                       !failed(dnn_config_set_integer(*config, "epochs", 10), "config");
    return ready ? DONE : FAILED;
}

static int configure(int argc, char **argv, dnn_config **config, options *chosen)
{
    const char *recipe = "classifier";
    for (int i = 1; i + 1 < argc; i++) { /* first, for the other options change what it sets */
        recipe = strcmp(argv[i], "--recipe") == 0 ? argv[i + 1] : recipe;
    }
    const int begun = begin_config(recipe, config, chosen);
    if (begun != DONE) {
        return begun;
    }
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            chosen->help = true;
        } else if (strcmp(argv[i], "--full") == 0) {
            chosen->full = true;
        } else if (strcmp(argv[i], "--recipe") == 0 && argv[i + 1] != NULL) {
            i++;                                                                /* done above */
        } else if (set_option(argv[i], argv[i + 1], *config, chosen) != DONE) { /* argv ends with NULL */
            return WRONG_USAGE;
        } else {
            i++;
        }
    }
    if (chosen->load != NULL && chosen->save != NULL && !chosen->help) {
        fputs("digits: --load goes on writing to the file that it loaded: leave --save out\n", stderr);
        return WRONG_USAGE;
    }
    if (chosen->full && chosen->data == NULL && !chosen->help) {
        fputs("digits: --full needs --data DIR; \"sh examples/digits.sh --full\" fetches the files\n", stderr);
        return WRONG_USAGE;
    }
    return DONE;
}

/* -------------------------------------------------- data -------------------------------------------------- */
/* Finds DIR/train-images-idx3-ubyte under the names it goes by. */
static bool find_file(const char *folder, const char *stem, int dimensions, char *path, size_t capacity)
{
    static const char *const forms[] = {"%s/%s-idx%d-ubyte", "%s/%s-idx%d-ubyte.gz", "%s/%s.idx%d-ubyte",
                                        "%s/%s.idx%d-ubyte.gz"};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const int length = snprintf(path, capacity, forms[i], folder, stem, dimensions);
        if (length > 0 && (size_t)length < capacity && access(path, R_OK) == 0) {
            return true;
        }
    }
    fprintf(stderr, "digits: %s: there is no readable %s-idx%d-ubyte here, plain or .gz\n", folder, stem, dimensions);
    return false;
}

static int read_dataset(const char *folder, const char *image_stem, const char *label_stem, dnn_dataset **dataset)
{
    char images[4096], labels[4096];
    return find_file(folder, image_stem, 3, images, sizeof images) &&
                   find_file(folder, label_stem, 1, labels, sizeof labels) &&
                   !failed(dnn_dataset_read_idx(images, labels, dataset), folder)
               ? DONE
               : FAILED;
}

/* A tenth of the training images is held back to watch the training; the test images are looked at once, at the end. */
static int read_data(const char *folder, objects *all)
{
    dnn_dataset *whole = NULL;
    const bool ready = read_dataset(folder, "train-images", "train-labels", &whole) == DONE &&
                       !failed(dnn_dataset_split(whole, 0.9, 0, &all->training, &all->validation), "split");
    dnn_dataset_destroy(whole); /* the two parts keep its memory */
    return ready ? read_dataset(folder, "t10k-images", "t10k-labels", &all->test) : FAILED;
}

/* ------------------------------------------------ training ------------------------------------------------ */
static display look_at_terminal(void)
{
    const char *const terminal = getenv("TERM"), *locale = getenv("LC_ALL");
    locale = locale != NULL && locale[0] != '\0' ? locale : getenv("LC_CTYPE");
    locale = locale != NULL && locale[0] != '\0' ? locale : getenv("LANG");
    display screen = {0};
    screen.terminal = isatty(STDOUT_FILENO) && terminal != NULL && strcmp(terminal, "dumb") != 0;
    screen.utf8 = locale != NULL && (strstr(locale, "UTF-8") || strstr(locale, "utf8"));
    return screen;
}

/* Called by the library after each batch; 1 goes on, 0 stops. */
static int32_t show_progress(void *user, const dnn_progress *progress)
{
    display *screen = user;
    const double seconds = dnn_progress_seconds(progress);
    const double part = (double)dnn_progress_batch(progress) / (double)dnn_progress_batches(progress);
    const bool epoch_done = dnn_progress_batch(progress) == dnn_progress_batches(progress);
    const char *full = screen->utf8 ? "█" : "#", *empty = screen->utf8 ? "░" : ".";

    /* A batch takes microseconds: drawing each would take longer than training it. */
    if (epoch_done || (screen->terminal && seconds - screen->last_drawn > 0.05)) {
        printf("%sepoch %2" PRId64 "/%" PRId64 "  ", screen->terminal ? "\r" : "", dnn_progress_epoch(progress),
               dnn_progress_epochs(progress));
        for (int i = 0; screen->terminal && i < BAR_WIDTH; i++) {
            fputs(i < (int)(part * BAR_WIDTH) ? full : empty, stdout);
        }
        printf("  loss %.4f  %6.0f samples/s", dnn_progress_loss(progress), dnn_progress_samples_per_second(progress));
        if (epoch_done) {
            printf("  validation %5.2f %%\n", 100 * dnn_progress_validation_accuracy(progress));
        }
        fflush(stdout);
        screen->line_open = !epoch_done;
        screen->last_drawn = seconds;
    }
    return interrupted ? 0 : 1;
}

/* A checkpoint gives a trainer too, which goes on writing to that file; a finished network gives a model alone. */
static int load(const char *path, objects *all)
{
    if (dnn_trainer_load(path, &all->model, &all->trainer) != DNN_OK &&
        failed(dnn_model_load(path, &all->model), "--load")) {
        return FAILED;
    }
    if (dnn_model_layer_size(all->model, 0) != PIXELS ||
        dnn_model_layer_size(all->model, dnn_model_layer_count(all->model) - 1) != DIGITS) {
        fprintf(stderr, "digits: --load: %s is a network, but not from %d pixels to %d digits\n", path, PIXELS, DIGITS);
        return FAILED;
    }
    return DONE;
}

/* file: where the finished network goes, in place of the checkpoints that fit writes; or NULL. */
static int train(objects *all, display *screen, const char *file)
{
    if (failed(dnn_trainer_set_progress(all->trainer, show_progress, screen), "trainer")) {
        return FAILED;
    }
    const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)(SA_RESTART | SA_RESETHAND)};
    struct sigaction before; /* SA_RESETHAND: a second Ctrl-C ends the program */
    sigaction(SIGINT, &action, &before);
    const int32_t status = dnn_trainer_fit(all->trainer, all->training, all->validation);
    sigaction(SIGINT, &before, NULL);
    fputs(screen->line_open ? "\n" : "", stdout);
    if (status == DNN_STOPPED) {
        puts("stopped; this is what the network knows so far");
    }
    if (status == DNN_OK && file != NULL && failed(dnn_model_save(all->model, file), "--save")) {
        return FAILED;
    }
    return failed(status, "training") ? FAILED : DONE;
}

/* ------------------------------------------------ results ------------------------------------------------- */
static int show_scores(const objects *all, double *accuracy)
{
    int64_t counts[DIGITS * DIGITS];
    if (failed(dnn_model_evaluate(all->model, all->test, NULL, accuracy), "test") ||
        failed(dnn_model_confusion(all->model, all->test, counts), "test")) {
        return FAILED;
    }
    printf("\ntest accuracy %.2f %%\n\nEach row is a digit, each column what it was taken for:\n\n   ",
           100 * *accuracy);
    for (int column = 0; column < DIGITS; column++) {
        printf("%6d", column);
    }
    for (int row = 0; row < DIGITS; row++) {
        printf("\n%3d", row);
        for (int column = 0; column < DIGITS; column++) {
            const int64_t count = counts[row * DIGITS + column];
            count == 0 ? printf("     .") : printf("%6" PRId64, count);
        }
    }
    puts("\n");
    return DONE;
}

static int index_of_largest(const double *values)
{
    int best = 0;
    for (int i = 1; i < DIGITS; i++) {
        best = values[i] > values[best] ? i : best;
    }
    return best;
}

/* The first GALLERY test images that the network reads rightly, or wrongly. *count: how many there are. */
static int find_pictures(const objects *all, bool right, picture *pictures, int *count)
{
    *count = 0;
    for (int64_t i = 0; i < dnn_dataset_size(all->test) && *count < GALLERY; i++) {
        picture *candidate = &pictures[*count];
        double target[DIGITS] = {0}, output[DIGITS];
        if (failed(dnn_dataset_get(all->test, i, candidate->pixels, target), "test") ||
            failed(dnn_model_predict(all->model, candidate->pixels, 1, output), "test")) {
            return FAILED;
        }
        candidate->truth = index_of_largest(target);
        candidate->answer = index_of_largest(output);
        candidate->confidence = output[candidate->answer];
        *count += (candidate->truth == candidate->answer) == right;
    }
    return DONE;
}

/* Two rows of pixels make one line of text, as half blocks or as a grey made of letters. */
static void draw_pictures(const picture *pictures, int count, bool utf8)
{
    static const char *const blocks[] = {" ", "▄", "▀", "█"};
    for (int row = MARGIN; row < SIDE - MARGIN; row += 2) {
        for (int i = 0; i < count; i++) {
            for (int column = MARGIN; column < SIDE - MARGIN; column++) {
                const double top = pictures[i].pixels[row * SIDE + column];
                const double bottom = pictures[i].pixels[(row + 1) * SIDE + column];
                if (utf8) {
                    fputs(blocks[2 * (top > 0.3) + (bottom > 0.3)], stdout);
                } else {
                    putchar(" .:-=+*#%@"[(int)((top + bottom) * 4.99)]);
                }
            }
            fputs(i + 1 < count ? "  " : "\n", stdout);
        }
    }
    for (int i = 0; i < count; i++) {
        char caption[64];
        snprintf(caption, sizeof caption,
                 pictures[i].truth == pictures[i].answer ? "%d (%.2f)" : "%d (%.2f), but it is %d", pictures[i].answer,
                 pictures[i].confidence, pictures[i].truth);
        printf("    %-*s", SIDE - 2 * MARGIN - 2, caption); /* 4 + 22: a picture and the gap after it */
    }
}

static int show_gallery(const objects *all, bool utf8)
{
    picture pictures[GALLERY];
    int count = 0;
    puts("What it reads in a few test images (confidence: its largest output, 0 to 1):\n");
    for (int right = 1; right >= 0; right--) {
        if (find_pictures(all, right == 1, pictures, &count) != DONE) {
            return FAILED;
        }
        draw_pictures(pictures, count, utf8);
        puts("\n");
    }
    return DONE;
}

/* -------------------------------------------------- main -------------------------------------------------- */
static int run(const options *chosen, objects *all)
{
    display screen = look_at_terminal();
    double accuracy = 0;
    const char *const file = chosen->load != NULL ? chosen->load : chosen->save;
    if (chosen->load != NULL
            ? load(chosen->load, all) != DONE
            : failed(dnn_model_create(chosen->layers, chosen->layer_count, all->config, &all->model), "model") ||
                  failed(dnn_trainer_create(all->model, NULL, &all->trainer), "trainer")) {
        return FAILED;
    }
    if (read_data(chosen->data != NULL ? chosen->data : DIGITS_SAMPLE_DIR, all) != DONE) {
        return FAILED;
    }
    printf("libdnn %s, %" PRId64 " weights; images: %" PRId64 " training, %" PRId64 " validation, %" PRId64 " test\n",
           dnn_version_string(), dnn_model_parameter_count(all->model), dnn_dataset_size(all->training),
           dnn_dataset_size(all->validation), dnn_dataset_size(all->test));
    if ((all->trainer != NULL && train(all, &screen, file) != DONE) || show_scores(all, &accuracy) != DONE ||
        show_gallery(all, screen.utf8) != DONE) {
        return FAILED;
    }
    printf("%.2f %% of the test images were read rightly.\n", 100 * accuracy); /* again: the pictures scroll it away */
    return DONE;
}

int main(int argc, char **argv)
{
    options chosen = {.layers = {PIXELS, 128, DIGITS}, .layer_count = 3};
    objects all = {0};
    int result = configure(argc, argv, &all.config, &chosen);
    if (result == DONE && chosen.help) {
        print_help();
    } else if (result == DONE) {
        result = run(&chosen, &all);
    }

    dnn_trainer_destroy(all.trainer); /* any order is right, and NULL is allowed */
    dnn_model_destroy(all.model);
    dnn_dataset_destroy(all.training);
    dnn_dataset_destroy(all.validation);
    dnn_dataset_destroy(all.test);
    dnn_config_destroy(all.config);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        perror("digits: standard output");
        result = FAILED;
    }
    return result;
}
