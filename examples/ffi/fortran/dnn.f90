! Made by tests/abi/generate.py from dnn-api.json: do not edit.
!
! The functions of libdnn as C has them. Text ends in c_null_char. A matrix of C, [n x n_0] row by row, is x(n_0, n) here. What may
! be NULL is a type(c_ptr), of c_loc or c_null_ptr; but text, which is given always. What is written is intent(inout), since
! a call that fails leaves it as it was. The constants have the values of the functions of their names, which are left out.
module dnn
    use, intrinsic :: iso_c_binding, only: c_char, c_double, c_float, c_funptr, c_int8_t, c_int32_t, c_int64_t, c_ptr
    implicit none
    private :: c_char, c_double, c_float, c_funptr, c_int8_t, c_int32_t, c_int64_t, c_ptr

    !> done
    integer(c_int32_t), parameter :: dnn_ok = 0_c_int32_t
    !> ended early because a callback or dnn_trainer_cancel asked for it; not an error
    integer(c_int32_t), parameter :: dnn_stopped = 1_c_int32_t
    !> the caller's argument is wrong
    integer(c_int32_t), parameter :: dnn_error_invalid_argument = -1_c_int32_t
    !> memory was refused
    integer(c_int32_t), parameter :: dnn_error_out_of_memory = -2_c_int32_t
    !> the system refused to open, read or write
    integer(c_int32_t), parameter :: dnn_error_io = -3_c_int32_t
    !> a file is not what it says it is
    integer(c_int32_t), parameter :: dnn_error_format = -4_c_int32_t
    !> valid, but this version or build cannot do it
    integer(c_int32_t), parameter :: dnn_error_unsupported = -5_c_int32_t
    !> a number is NaN or infinite, or too large for the model's precision
    integer(c_int32_t), parameter :: dnn_error_not_finite = -6_c_int32_t

    abstract interface
        function dnn_set_allocator_malloc_fn(user, size) bind(c) result(returned)
            import
            type(c_ptr), value :: user
            integer(c_int64_t), value :: size
            type(c_ptr) :: returned
        end function
        function dnn_set_allocator_realloc_fn(user, block, size) bind(c) result(returned)
            import
            type(c_ptr), value :: user
            type(c_ptr), value :: block
            integer(c_int64_t), value :: size
            type(c_ptr) :: returned
        end function
        subroutine dnn_set_allocator_free_fn(user, block) bind(c)
            import
            type(c_ptr), value :: user
            type(c_ptr), value :: block
        end subroutine
        function dnn_trainer_set_progress_callback(user, progress) bind(c) result(returned)
            import
            type(c_ptr), value :: user
            type(c_ptr), value :: progress
            integer(c_int32_t) :: returned
        end function
    end interface

    interface
        !> The version of the library that is loaded.
        function dnn_version() bind(c, name="dnn_version") result(returned)
            import
            integer(c_int32_t) :: returned
        end function
        !> The version of the library that is loaded, as text.
        function dnn_version_string() bind(c, name="dnn_version_string") result(returned)
            import
            type(c_ptr) :: returned
        end function
        !> How this library was built, for a bug report: version, compiler, BLAS.
        function dnn_build_info() bind(c, name="dnn_build_info") result(returned)
            import
            type(c_ptr) :: returned
        end function
        !> A short English name for a status.
        function dnn_status_string(status) bind(c, name="dnn_status_string") result(returned)
            import
            integer(c_int32_t), value :: status
            type(c_ptr) :: returned
        end function
        !> What went wrong in the latest call on this thread that failed.
        function dnn_last_error() bind(c, name="dnn_last_error") result(returned)
            import
            type(c_ptr) :: returned
        end function
        !> Chooses where the library's memory comes from.
        function dnn_set_allocator(malloc_fn, realloc_fn, free_fn, user) bind(c, name="dnn_set_allocator") &
            result(returned)
            import
            type(c_funptr), value :: malloc_fn
            type(c_funptr), value :: realloc_fn
            type(c_funptr), value :: free_fn
            type(c_ptr), value :: user
            integer(c_int32_t) :: returned
        end function
        !> Makes a config with the defaults of a recipe.
        function dnn_config_create(recipe, out) bind(c, name="dnn_config_create") result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: recipe
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Releases a config.
        subroutine dnn_config_destroy(config) bind(c, name="dnn_config_destroy")
            import
            type(c_ptr), value :: config
        end subroutine
        !> Sets a key from text.
        function dnn_config_set(config, key, text) bind(c, name="dnn_config_set") result(returned)
            import
            type(c_ptr), value :: config
            character(kind=c_char), intent(in), dimension(*) :: key
            character(kind=c_char), intent(in), dimension(*) :: text
            integer(c_int32_t) :: returned
        end function
        !> Sets a key that holds a number; also one that holds an integer, where the value is whole.
        function dnn_config_set_number(config, key, value) bind(c, name="dnn_config_set_number") result(returned)
            import
            type(c_ptr), value :: config
            character(kind=c_char), intent(in), dimension(*) :: key
            real(c_double), value :: value
            integer(c_int32_t) :: returned
        end function
        !> Sets a key that holds an integer; also a number, or a switch.
        function dnn_config_set_integer(config, key, value) bind(c, name="dnn_config_set_integer") result(returned)
            import
            type(c_ptr), value :: config
            character(kind=c_char), intent(in), dimension(*) :: key
            integer(c_int64_t), value :: value
            integer(c_int32_t) :: returned
        end function
        !> Reads a key as text that dnn_config_set takes back unchanged.
        function dnn_config_get(config, key, buffer, capacity, length) bind(c, name="dnn_config_get") result(returned)
            import
            type(c_ptr), value :: config
            character(kind=c_char), intent(in), dimension(*) :: key
            type(c_ptr), value :: buffer
            integer(c_int64_t), value :: capacity
            type(c_ptr), value :: length
            integer(c_int32_t) :: returned
        end function
        !> How many keys there are.
        function dnn_config_key_count() bind(c, name="dnn_config_key_count") result(returned)
            import
            integer(c_int64_t) :: returned
        end function
        !> The name of a key.
        function dnn_config_key_name(index) bind(c, name="dnn_config_key_name") result(returned)
            import
            integer(c_int64_t), value :: index
            type(c_ptr) :: returned
        end function
        !> One line on a key: meaning, values, default.
        function dnn_config_key_help(index) bind(c, name="dnn_config_key_help") result(returned)
            import
            integer(c_int64_t), value :: index
            type(c_ptr) :: returned
        end function
        !> Makes a network and draws its first weights (config keys `init` and `seed`; the same seed gives the same
        !! weights).
        function dnn_model_create(layers, layer_count, config_or_null, out) bind(c, name="dnn_model_create") &
            result(returned)
            import
            integer(c_int64_t), intent(in), dimension(*) :: layers
            integer(c_int64_t), value :: layer_count
            type(c_ptr), value :: config_or_null
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Releases the caller's hold on a model.
        subroutine dnn_model_destroy(model) bind(c, name="dnn_model_destroy")
            import
            type(c_ptr), value :: model
        end subroutine
        !> Makes an independent copy: same shape, config, weights and standardization.
        function dnn_model_clone(model, out) bind(c, name="dnn_model_clone") result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> How many layers there are, input and output included.
        function dnn_model_layer_count(model) bind(c, name="dnn_model_layer_count") result(returned)
            import
            type(c_ptr), value :: model
            integer(c_int64_t) :: returned
        end function
        !> How many neurons a layer has.
        function dnn_model_layer_size(model, layer) bind(c, name="dnn_model_layer_size") result(returned)
            import
            type(c_ptr), value :: model
            integer(c_int64_t), value :: layer
            integer(c_int64_t) :: returned
        end function
        !> How many weights there are in all, biases included.
        function dnn_model_parameter_count(model) bind(c, name="dnn_model_parameter_count") result(returned)
            import
            type(c_ptr), value :: model
            integer(c_int64_t) :: returned
        end function
        !> Copies W_layer out: the weights between a layer and the next.
        function dnn_model_get_weights(model, layer, w) bind(c, name="dnn_model_get_weights") result(returned)
            import
            type(c_ptr), value :: model
            integer(c_int64_t), value :: layer
            real(c_double), intent(inout), dimension(*) :: w
            integer(c_int32_t) :: returned
        end function
        !> Replaces W_layer.
        function dnn_model_set_weights(model, layer, w) bind(c, name="dnn_model_set_weights") result(returned)
            import
            type(c_ptr), value :: model
            integer(c_int64_t), value :: layer
            real(c_double), intent(in), dimension(*) :: w
            integer(c_int32_t) :: returned
        end function
        !> Copies all weights out, W_0 then W_1 …, each as in dnn_model_get_weights.
        function dnn_model_get_parameters(model, theta) bind(c, name="dnn_model_get_parameters") result(returned)
            import
            type(c_ptr), value :: model
            real(c_double), intent(inout), dimension(*) :: theta
            integer(c_int32_t) :: returned
        end function
        !> Replaces all weights.
        function dnn_model_set_parameters(model, theta) bind(c, name="dnn_model_set_parameters") result(returned)
            import
            type(c_ptr), value :: model
            real(c_double), intent(in), dimension(*) :: theta
            integer(c_int32_t) :: returned
        end function
        !> Runs the network forward: y = φ(W_{L−1} … φ(W_0 x̂)).
        function dnn_model_predict(model, x, n, y) bind(c, name="dnn_model_predict") result(returned)
            import
            type(c_ptr), value :: model
            real(c_double), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            real(c_double), intent(inout), dimension(*) :: y
            integer(c_int32_t) :: returned
        end function
        !> dnn_model_predict for arrays of float.
        function dnn_model_predict_f32(model, x, n, y) bind(c, name="dnn_model_predict_f32") result(returned)
            import
            type(c_ptr), value :: model
            real(c_float), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            real(c_float), intent(inout), dimension(*) :: y
            integer(c_int32_t) :: returned
        end function
        !> The class of each sample: the index of the largest output, the first one if several are equal.
        function dnn_model_classify(model, x, n, label) bind(c, name="dnn_model_classify") result(returned)
            import
            type(c_ptr), value :: model
            real(c_double), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            integer(c_int32_t), intent(inout), dimension(*) :: label
            integer(c_int32_t) :: returned
        end function
        !> Measures the model on a dataset: its loss, and how often it is right.
        function dnn_model_evaluate(model, dataset, loss, accuracy) bind(c, name="dnn_model_evaluate") &
            result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: dataset
            type(c_ptr), value :: loss
            type(c_ptr), value :: accuracy
            integer(c_int32_t) :: returned
        end function
        !> How good the model is at numbers: the coefficient of determination.
        function dnn_model_score(model, dataset, r2) bind(c, name="dnn_model_score") result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: dataset
            real(c_double), intent(inout) :: r2
            integer(c_int32_t) :: returned
        end function
        !> Counts which class was taken for which.
        function dnn_model_confusion(model, dataset, counts) bind(c, name="dnn_model_confusion") result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: dataset
            integer(c_int64_t), intent(inout), dimension(*) :: counts
            integer(c_int32_t) :: returned
        end function
        !> Gives the model the mean and the standard deviation of each input of a dataset.
        function dnn_model_standardize(model, dataset) bind(c, name="dnn_model_standardize") result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: dataset
            integer(c_int32_t) :: returned
        end function
        !> Copies out what dnn_model_standardize found; zeros and ones if it was never called.
        function dnn_model_get_standardization(model, mean, scale) bind(c, name="dnn_model_get_standardization") &
            result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: mean
            type(c_ptr), value :: scale
            integer(c_int32_t) :: returned
        end function
        !> Describes the network as a table in plain text.
        function dnn_model_summary(model, buffer, capacity, length) bind(c, name="dnn_model_summary") result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: buffer
            integer(c_int64_t), value :: capacity
            type(c_ptr), value :: length
            integer(c_int32_t) :: returned
        end function
        !> Writes a model to a file.
        function dnn_model_save(model, path) bind(c, name="dnn_model_save") result(returned)
            import
            type(c_ptr), value :: model
            character(kind=c_char), intent(in), dimension(*) :: path
            integer(c_int32_t) :: returned
        end function
        !> Reads a model that dnn_model_save wrote, or the model of a checkpoint (dnn_trainer_save).
        function dnn_model_load(path, out) bind(c, name="dnn_model_load") result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: path
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Reads weights from any safetensors file of a fully connected network.
        function dnn_model_load_with(path, config, out) bind(c, name="dnn_model_load_with") result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: path
            type(c_ptr), value :: config
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> What dnn_model_save writes, into memory.
        function dnn_model_save_memory(model, buffer, capacity, size) bind(c, name="dnn_model_save_memory") &
            result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: buffer
            integer(c_int64_t), value :: capacity
            type(c_ptr), value :: size
            integer(c_int32_t) :: returned
        end function
        !> dnn_model_load from memory.
        function dnn_model_load_memory(bytes, size, out) bind(c, name="dnn_model_load_memory") result(returned)
            import
            type(c_ptr), value :: bytes
            integer(c_int64_t), value :: size
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Writes the model as an ONNX file.
        function dnn_model_export_onnx(model, path) bind(c, name="dnn_model_export_onnx") result(returned)
            import
            type(c_ptr), value :: model
            character(kind=c_char), intent(in), dimension(*) :: path
            integer(c_int32_t) :: returned
        end function
        !> Makes a model from an ONNX file of a fully connected network.
        function dnn_model_import_onnx(path, out) bind(c, name="dnn_model_import_onnx") result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: path
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Writes a model as one file of C99.
        function dnn_model_export_c(model, path, name) bind(c, name="dnn_model_export_c") result(returned)
            import
            type(c_ptr), value :: model
            character(kind=c_char), intent(in), dimension(*) :: path
            character(kind=c_char), intent(in), dimension(*) :: name
            integer(c_int32_t) :: returned
        end function
        !> Makes the memory for predictions.
        function dnn_workspace_create(model, max_rows, out) bind(c, name="dnn_workspace_create") result(returned)
            import
            type(c_ptr), value :: model
            integer(c_int64_t), value :: max_rows
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Releases a workspace.
        subroutine dnn_workspace_destroy(workspace) bind(c, name="dnn_workspace_destroy")
            import
            type(c_ptr), value :: workspace
        end subroutine
        !> dnn_model_predict without any allocation or lock in this library.
        function dnn_workspace_predict(workspace, x, n, y) bind(c, name="dnn_workspace_predict") result(returned)
            import
            type(c_ptr), value :: workspace
            real(c_double), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            real(c_double), intent(inout), dimension(*) :: y
            integer(c_int32_t) :: returned
        end function
        !> dnn_workspace_predict for arrays of float.
        function dnn_workspace_predict_f32(workspace, x, n, y) bind(c, name="dnn_workspace_predict_f32") &
            result(returned)
            import
            type(c_ptr), value :: workspace
            real(c_float), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            real(c_float), intent(inout), dimension(*) :: y
            integer(c_int32_t) :: returned
        end function
        !> Copies out the activations x_layer of the last successful predict of at least one row.
        function dnn_workspace_activations(workspace, layer, x) bind(c, name="dnn_workspace_activations") &
            result(returned)
            import
            type(c_ptr), value :: workspace
            integer(c_int64_t), value :: layer
            real(c_double), intent(inout), dimension(*) :: x
            integer(c_int32_t) :: returned
        end function
        !> Makes a trainer for a model, to which it holds a reference.
        function dnn_trainer_create(model, config_or_null, out) bind(c, name="dnn_trainer_create") result(returned)
            import
            type(c_ptr), value :: model
            type(c_ptr), value :: config_or_null
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Releases a trainer.
        subroutine dnn_trainer_destroy(trainer) bind(c, name="dnn_trainer_destroy")
            import
            type(c_ptr), value :: trainer
        end subroutine
        !> One update of the weights by the optimizer, from the mean gradient of n samples.
        function dnn_trainer_step(trainer, x, y, n, loss) bind(c, name="dnn_trainer_step") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), intent(in), dimension(*) :: x
            real(c_double), intent(in), dimension(*) :: y
            integer(c_int64_t), value :: n
            type(c_ptr), value :: loss
            integer(c_int32_t) :: returned
        end function
        !> dnn_trainer_step for arrays of float.
        function dnn_trainer_step_f32(trainer, x, y, n, loss) bind(c, name="dnn_trainer_step_f32") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_float), intent(in), dimension(*) :: x
            real(c_float), intent(in), dimension(*) :: y
            integer(c_int64_t), value :: n
            type(c_ptr), value :: loss
            integer(c_int32_t) :: returned
        end function
        !> Trains for `epochs` passes over a dataset.
        function dnn_trainer_fit(trainer, training, validation_or_null) bind(c, name="dnn_trainer_fit") &
            result(returned)
            import
            type(c_ptr), value :: trainer
            type(c_ptr), value :: training
            type(c_ptr), value :: validation_or_null
            integer(c_int32_t) :: returned
        end function
        !> Asks for a call after each batch of a fit, and once at the end of an epoch.
        function dnn_trainer_set_progress(trainer, callback, user) bind(c, name="dnn_trainer_set_progress") &
            result(returned)
            import
            type(c_ptr), value :: trainer
            type(c_funptr), value :: callback
            type(c_ptr), value :: user
            integer(c_int32_t) :: returned
        end function
        !> Ends the fit that is running within one batch, also one of the validation; it returns DNN_STOPPED.
        function dnn_trainer_cancel(trainer) bind(c, name="dnn_trainer_cancel") result(returned)
            import
            type(c_ptr), value :: trainer
            integer(c_int32_t) :: returned
        end function
        !> The epoch that is running.
        function dnn_progress_epoch(progress) bind(c, name="dnn_progress_epoch") result(returned)
            import
            type(c_ptr), value :: progress
            integer(c_int64_t) :: returned
        end function
        !> How many epochs this fit is to run.
        function dnn_progress_epochs(progress) bind(c, name="dnn_progress_epochs") result(returned)
            import
            type(c_ptr), value :: progress
            integer(c_int64_t) :: returned
        end function
        !> How many batches of this epoch are done.
        function dnn_progress_batch(progress) bind(c, name="dnn_progress_batch") result(returned)
            import
            type(c_ptr), value :: progress
            integer(c_int64_t) :: returned
        end function
        !> How many batches an epoch has.
        function dnn_progress_batches(progress) bind(c, name="dnn_progress_batches") result(returned)
            import
            type(c_ptr), value :: progress
            integer(c_int64_t) :: returned
        end function
        !> The mean loss over the samples of this epoch so far, each taken before its update.
        function dnn_progress_loss(progress) bind(c, name="dnn_progress_loss") result(returned)
            import
            type(c_ptr), value :: progress
            real(c_double) :: returned
        end function
        !> The loss on the validation set after this epoch.
        function dnn_progress_validation_loss(progress) bind(c, name="dnn_progress_validation_loss") result(returned)
            import
            type(c_ptr), value :: progress
            real(c_double) :: returned
        end function
        !> The accuracy on the validation set after this epoch.
        function dnn_progress_validation_accuracy(progress) bind(c, name="dnn_progress_validation_accuracy") &
            result(returned)
            import
            type(c_ptr), value :: progress
            real(c_double) :: returned
        end function
        !> How long this fit has been running.
        function dnn_progress_seconds(progress) bind(c, name="dnn_progress_seconds") result(returned)
            import
            type(c_ptr), value :: progress
            real(c_double) :: returned
        end function
        !> The learning rate of the latest batch.
        function dnn_progress_learning_rate(progress) bind(c, name="dnn_progress_learning_rate") result(returned)
            import
            type(c_ptr), value :: progress
            real(c_double) :: returned
        end function
        !> How fast it learns, in this epoch so far, without validation and callbacks.
        function dnn_progress_samples_per_second(progress) bind(c, name="dnn_progress_samples_per_second") &
            result(returned)
            import
            type(c_ptr), value :: progress
            real(c_double) :: returned
        end function
        !> How many epochs this trainer has completed, over all its fits.
        function dnn_trainer_history_count(trainer) bind(c, name="dnn_trainer_history_count") result(returned)
            import
            type(c_ptr), value :: trainer
            integer(c_int64_t) :: returned
        end function
        !> The figures of one completed epoch.
        function dnn_trainer_history(trainer, epoch, loss, validation_loss, validation_accuracy) bind(c, &
            name="dnn_trainer_history") result(returned)
            import
            type(c_ptr), value :: trainer
            integer(c_int64_t), value :: epoch
            type(c_ptr), value :: loss
            type(c_ptr), value :: validation_loss
            type(c_ptr), value :: validation_accuracy
            integer(c_int32_t) :: returned
        end function
        !> The epoch with the best loss since the latest fit began that had `patience` set.
        function dnn_trainer_best_epoch(trainer) bind(c, name="dnn_trainer_best_epoch") result(returned)
            import
            type(c_ptr), value :: trainer
            integer(c_int64_t) :: returned
        end function
        !> The learning rate of the latest batch of fit, or of the next step.
        function dnn_trainer_learning_rate(trainer) bind(c, name="dnn_trainer_learning_rate") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double) :: returned
        end function
        !> Replaces learning_rate, for schedules of one's own; a `schedule` goes on from it, at its epoch and with its
        !! cuts.
        function dnn_trainer_set_learning_rate(trainer, rate) bind(c, name="dnn_trainer_set_learning_rate") &
            result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), value :: rate
            integer(c_int32_t) :: returned
        end function
        !> Adds the gradients of n samples to the trainer's sum, G ← G + Σ ∇W, and changes no weight.
        function dnn_trainer_accumulate(trainer, x, y, n, loss_sum) bind(c, name="dnn_trainer_accumulate") &
            result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), intent(in), dimension(*) :: x
            real(c_double), intent(in), dimension(*) :: y
            integer(c_int64_t), value :: n
            type(c_ptr), value :: loss_sum
            integer(c_int32_t) :: returned
        end function
        !> Copies the sum G out; zeros when nothing was added since the last dnn_trainer_apply.
        function dnn_trainer_get_gradient(trainer, gradient) bind(c, name="dnn_trainer_get_gradient") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), intent(inout), dimension(*) :: gradient
            integer(c_int32_t) :: returned
        end function
        !> Replaces the sum G.
        function dnn_trainer_set_gradient(trainer, gradient) bind(c, name="dnn_trainer_set_gradient") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), intent(in), dimension(*) :: gradient
            integer(c_int32_t) :: returned
        end function
        !> One update by the optimizer with the gradient scale · G, after which the sum is empty.
        function dnn_trainer_apply(trainer, scale) bind(c, name="dnn_trainer_apply") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), value :: scale
            integer(c_int32_t) :: returned
        end function
        !> Figures of one layer, to see why it is not learning.
        function dnn_trainer_layer_stats(trainer, layer, gradient_norm, weight_norm, saturated) bind(c, &
            name="dnn_trainer_layer_stats") result(returned)
            import
            type(c_ptr), value :: trainer
            integer(c_int64_t), value :: layer
            type(c_ptr), value :: gradient_norm
            type(c_ptr), value :: weight_norm
            type(c_ptr), value :: saturated
            integer(c_int32_t) :: returned
        end function
        !> Says in plain words why it is not learning, or that nothing speaks against it.
        function dnn_trainer_diagnose(trainer, buffer, capacity, length) bind(c, name="dnn_trainer_diagnose") &
            result(returned)
            import
            type(c_ptr), value :: trainer
            type(c_ptr), value :: buffer
            integer(c_int64_t), value :: capacity
            type(c_ptr), value :: length
            integer(c_int32_t) :: returned
        end function
        !> Compares the gradient with central differences.
        function dnn_trainer_check_gradient(trainer, x, y, n, max_relative_error) bind(c, &
            name="dnn_trainer_check_gradient") result(returned)
            import
            type(c_ptr), value :: trainer
            real(c_double), intent(in), dimension(*) :: x
            real(c_double), intent(in), dimension(*) :: y
            integer(c_int64_t), value :: n
            real(c_double), intent(inout) :: max_relative_error
            integer(c_int32_t) :: returned
        end function
        !> Writes a checkpoint.
        function dnn_trainer_save(trainer, path) bind(c, name="dnn_trainer_save") result(returned)
            import
            type(c_ptr), value :: trainer
            character(kind=c_char), intent(in), dimension(*) :: path
            integer(c_int32_t) :: returned
        end function
        !> Reads a checkpoint: makes a model and its trainer, which has checkpoint_path = path.
        function dnn_trainer_load(path, model, trainer) bind(c, name="dnn_trainer_load") result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: path
            type(c_ptr), intent(inout) :: model
            type(c_ptr), intent(inout) :: trainer
            integer(c_int32_t) :: returned
        end function
        !> Makes a dataset from arrays, copied.
        function dnn_dataset_create(x, n, n_in, y, n_out, out) bind(c, name="dnn_dataset_create") result(returned)
            import
            real(c_double), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            integer(c_int64_t), value :: n_in
            real(c_double), intent(in), dimension(*) :: y
            integer(c_int64_t), value :: n_out
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> dnn_dataset_create for arrays of float, kept as float.
        function dnn_dataset_create_f32(x, n, n_in, y, n_out, out) bind(c, name="dnn_dataset_create_f32") &
            result(returned)
            import
            real(c_float), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            integer(c_int64_t), value :: n_in
            real(c_float), intent(in), dimension(*) :: y
            integer(c_int64_t), value :: n_out
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Makes a dataset for classification, copied.
        function dnn_dataset_create_labels(x, n, n_in, labels, classes, out) bind(c, name="dnn_dataset_create_labels") &
            result(returned)
            import
            real(c_double), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            integer(c_int64_t), value :: n_in
            integer(c_int32_t), intent(in), dimension(*) :: labels
            integer(c_int64_t), value :: classes
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> dnn_dataset_create_labels for an array of float, kept as float.
        function dnn_dataset_create_labels_f32(x, n, n_in, labels, classes, out) bind(c, &
            name="dnn_dataset_create_labels_f32") result(returned)
            import
            real(c_float), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            integer(c_int64_t), value :: n_in
            integer(c_int32_t), intent(in), dimension(*) :: labels
            integer(c_int64_t), value :: classes
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> dnn_dataset_create_labels for bytes, kept as bytes and read as x / 255.
        function dnn_dataset_create_labels_u8(x, n, n_in, labels, classes, out) bind(c, &
            name="dnn_dataset_create_labels_u8") result(returned)
            import
            integer(c_int8_t), intent(in), dimension(*) :: x
            integer(c_int64_t), value :: n
            integer(c_int64_t), value :: n_in
            integer(c_int32_t), intent(in), dimension(*) :: labels
            integer(c_int64_t), value :: classes
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Reads a pair of IDX files, the format of MNIST, plain or gzip.
        function dnn_dataset_read_idx(images_path, labels_path, out) bind(c, name="dnn_dataset_read_idx") &
            result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: images_path
            character(kind=c_char), intent(in), dimension(*) :: labels_path
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Reads a pair of files of numpy.save, plain or gzip.
        function dnn_dataset_read_npy(x_path, y_path, out) bind(c, name="dnn_dataset_read_npy") result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: x_path
            character(kind=c_char), intent(in), dimension(*) :: y_path
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> Reads a table of text, plain or gzip: CSV by RFC 4180, in UTF-8.
        function dnn_dataset_read_csv(path, options_or_null, out) bind(c, name="dnn_dataset_read_csv") &
            result(returned)
            import
            character(kind=c_char), intent(in), dimension(*) :: path
            character(kind=c_char), intent(in), dimension(*) :: options_or_null
            type(c_ptr), intent(inout) :: out
            integer(c_int32_t) :: returned
        end function
        !> How many samples there are.
        function dnn_dataset_size(dataset) bind(c, name="dnn_dataset_size") result(returned)
            import
            type(c_ptr), value :: dataset
            integer(c_int64_t) :: returned
        end function
        !> How many inputs a sample has.
        function dnn_dataset_inputs(dataset) bind(c, name="dnn_dataset_inputs") result(returned)
            import
            type(c_ptr), value :: dataset
            integer(c_int64_t) :: returned
        end function
        !> How many outputs a sample has; for labels, the number of classes.
        function dnn_dataset_outputs(dataset) bind(c, name="dnn_dataset_outputs") result(returned)
            import
            type(c_ptr), value :: dataset
            integer(c_int64_t) :: returned
        end function
        !> The name of a class.
        function dnn_dataset_class_name(dataset, class_index) bind(c, name="dnn_dataset_class_name") result(returned)
            import
            type(c_ptr), value :: dataset
            integer(c_int64_t), value :: class_index
            type(c_ptr) :: returned
        end function
        !> Copies a sample out.
        function dnn_dataset_get(dataset, i, x, y) bind(c, name="dnn_dataset_get") result(returned)
            import
            type(c_ptr), value :: dataset
            integer(c_int64_t), value :: i
            type(c_ptr), value :: x
            type(c_ptr), value :: y
            integer(c_int32_t) :: returned
        end function
        !> Divides a dataset at random in two, which share the samples' memory with the original; that may be
        !! destroyed.
        function dnn_dataset_split(dataset, fraction, seed, first, second) bind(c, name="dnn_dataset_split") &
            result(returned)
            import
            type(c_ptr), value :: dataset
            real(c_double), value :: fraction
            integer(c_int64_t), value :: seed
            type(c_ptr), intent(inout) :: first
            type(c_ptr), intent(inout) :: second
            integer(c_int32_t) :: returned
        end function
        !> Gives each sample a weight in the loss.
        function dnn_dataset_set_weights(dataset, weights) bind(c, name="dnn_dataset_set_weights") result(returned)
            import
            type(c_ptr), value :: dataset
            type(c_ptr), value :: weights
            integer(c_int32_t) :: returned
        end function
        !> Releases a dataset.
        subroutine dnn_dataset_destroy(dataset) bind(c, name="dnn_dataset_destroy")
            import
            type(c_ptr), value :: dataset
        end subroutine
    end interface
end module dnn
