! libdnn for Fortran 2008: a type a handle, on top of dnn.f90, which is made from dnn.h.
!
! ARRAYS. A sample is a column: x(inputs, samples), y(outputs, samples). They are lent to the library as they are; the
! compiler copies what is not contiguous.
!
! ERRORS. The last argument of a procedure is allocated if it failed, with a status of dnn.h and the words of
! dnn_last_error. Where it is not given, an error ends the program with these words.
!
! HANDLES are released by close, in any order, at a second create, and when their variable goes; a variable of the main
! program never does. They cannot be assigned: both sides would release the same.
!
! What has no procedure here, as what takes single precision, is called by `use dnn`, with a handle's component pointer.
module dnn_types
    use, intrinsic :: iso_c_binding, only: c_associated, c_char, c_double, c_f_pointer, c_funloc, c_int32_t, &
        c_int64_t, c_loc, c_null_char, c_null_funptr, c_null_ptr, c_ptr, c_size_t
    use, intrinsic :: iso_fortran_env, only: error_unit
    use dnn
    implicit none
    private
    public :: dnn_config, dnn_dataset, dnn_error, dnn_model, dnn_progress, dnn_trainer

    !> What went wrong.
    type :: dnn_error
        integer(c_int32_t) :: status
        character(:), allocatable :: message
    end type

    abstract interface
        subroutine destroy_function(handle) bind(c)
            import :: c_ptr
            type(c_ptr), value :: handle
        end subroutine
    end interface

    type :: handle_type
        type(c_ptr) :: pointer = c_null_ptr
        procedure(destroy_function), private, pointer, nopass :: destroy => null()
    contains
        procedure :: close => close_handle
        procedure, private :: assign_handle
        generic :: assignment(=) => assign_handle
        final :: finalize_handle
    end type

    !> What a network is and how it learns, as key = value: the keys are in dnn.h.
    type, extends(handle_type) :: dnn_config
    contains
        procedure :: create => create_config
        generic :: set => set_text, set_integer, set_number, set_logical
        procedure, private :: set_text, set_integer, set_number, set_logical
    end type

    !> Samples, copied: inputs x(inputs, n), and targets y(outputs, n) or labels(n), each from 0 to classes - 1.
    type, extends(handle_type) :: dnn_dataset
    contains
        generic :: create => create_targets, create_labels
        procedure :: read_csv
        procedure :: split
        procedure, private :: create_targets, create_labels
    end type

    !> A network and its weights.
    type, extends(handle_type) :: dnn_model
    contains
        procedure :: create => create_model
        procedure :: load => load_model
        procedure :: save => save_model
        procedure :: standardize
        procedure :: predict
        procedure :: evaluate
        procedure :: inputs
        procedure :: outputs
    end type

    !> What changes a model's weights.
    type, extends(handle_type) :: dnn_trainer
        integer, private :: inputs = -1, outputs = -1
    contains
        procedure :: create => create_trainer
        procedure :: load => load_trainer
        procedure :: save => save_trainer
        procedure :: step
        procedure :: fit
        procedure :: epochs
        procedure :: loss
    end type

    !> How far a fit has come.
    type :: dnn_progress
        integer(c_int64_t) :: epoch, epochs, batch, batches
        real(c_double) :: loss, validation_loss, validation_accuracy, seconds, learning_rate, samples_per_second
    end type

    abstract interface
        !> Called after each batch of a fit: shall it go on?
        function progress_function(progress) result(go_on)
            import :: dnn_progress
            type(dnn_progress), intent(in) :: progress
            logical :: go_on
        end function
    end interface

    !> What C hands back to the callback.
    type :: listener
        procedure(progress_function), pointer, nopass :: call => null()
    end type

    interface
        function strlen(text) bind(c, name="strlen") result(length)
            import :: c_ptr, c_size_t
            type(c_ptr), value :: text
            integer(c_size_t) :: length
        end function
    end interface

contains

    ! ------------------------------------------------- errors --------------------------------------------------

    !> Tells an error, in the library's words or in others, to whoever wants to know, or ends the program.
    subroutine check(status, error, words)
        integer(c_int32_t), intent(in) :: status
        type(dnn_error), allocatable, intent(out), optional :: error
        character(*), intent(in), optional :: words
        character(:), allocatable :: message

        if (status >= dnn_ok) return
        if (present(words)) then
            message = words
        else
            message = from_c(dnn_last_error())
        end if
        if (.not. present(error)) then
            write (error_unit, '(2a)') 'libdnn: ', message
            error stop 1
        end if
        allocate (error)
        error%status = status
        error%message = message
    end subroutine

    !> Is an array as it should be? The library sees its address alone.
    logical function fits(name, shape, expected, error)
        character(*), intent(in) :: name
        integer, intent(in) :: shape(2), expected(2)
        type(dnn_error), allocatable, intent(out), optional :: error
        character(120) :: words

        fits = all(shape == expected)
        if (fits) return
        if (expected(1) < 0) then
            words = 'the handle was never made, or is closed'
        else
            write (words, '(2a, 4(i0, a))') name, ' is (', shape(1), ', ', shape(2), '), expected (', &
                expected(1), ', ', expected(2), ')'
        end if
        call check(dnn_error_invalid_argument, error, trim(words))
    end function

    function from_c(text) result(string)
        type(c_ptr), intent(in) :: text
        character(:), allocatable :: string
        character(kind=c_char), pointer :: letters(:)
        integer :: i

        call c_f_pointer(text, letters, [strlen(text)])
        allocate (character(size(letters)) :: string)
        do i = 1, size(letters)
            string(i:i) = letters(i)
        end do
    end function

    function to_c(string) result(text)
        character(*), intent(in) :: string
        character(:), allocatable :: text

        text = trim(string) // c_null_char
    end function

    ! ------------------------------------------------- handles -------------------------------------------------

    !> Gives a handle what a call made.
    subroutine own(this, status, made, destroy, error)
        class(handle_type), intent(inout) :: this
        integer(c_int32_t), intent(in) :: status
        type(c_ptr), intent(in) :: made
        procedure(destroy_function) :: destroy
        type(dnn_error), allocatable, intent(out), optional :: error

        if (status == dnn_ok) then
            call this%close()
            this%pointer = made
            this%destroy => destroy
        end if
        call check(status, error)
    end subroutine

    !> Does nothing to a handle that is closed, or was never made.
    subroutine close_handle(this)
        class(handle_type), intent(inout) :: this

        if (c_associated(this%pointer)) call this%destroy(this%pointer)
        this%pointer = c_null_ptr
    end subroutine

    impure elemental subroutine finalize_handle(this)
        type(handle_type), intent(inout) :: this

        call this%close()
    end subroutine

    subroutine assign_handle(to, from)
        class(handle_type), intent(inout) :: to
        class(handle_type), intent(in) :: from

        if (c_associated(to%pointer) .or. c_associated(from%pointer)) then
            error stop 'libdnn: a handle cannot be assigned'
        end if
    end subroutine

    ! ------------------------------------------------- config --------------------------------------------------

    !> recipe: 'tutorial', 'classifier' or 'regressor'
    subroutine create_config(this, recipe, error)
        class(dnn_config), intent(inout) :: this
        character(*), intent(in) :: recipe
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made
        integer(c_int32_t) :: status

        made = c_null_ptr
        status = dnn_config_create(to_c(recipe), made)
        call own(this, status, made, dnn_config_destroy, error)
    end subroutine

    subroutine set_text(this, key, value, error)
        class(dnn_config), intent(inout) :: this
        character(*), intent(in) :: key, value
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_config_set(this%pointer, to_c(key), to_c(value)), error)
    end subroutine

    subroutine set_integer(this, key, value, error)
        class(dnn_config), intent(inout) :: this
        character(*), intent(in) :: key
        integer, intent(in) :: value
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_config_set_integer(this%pointer, to_c(key), int(value, c_int64_t)), error)
    end subroutine

    !> In double precision: 0.01d0. A plain 0.01 is another number.
    subroutine set_number(this, key, value, error)
        class(dnn_config), intent(inout) :: this
        character(*), intent(in) :: key
        real(c_double), intent(in) :: value
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_config_set_number(this%pointer, to_c(key), value), error)
    end subroutine

    subroutine set_logical(this, key, value, error)
        class(dnn_config), intent(inout) :: this
        character(*), intent(in) :: key
        logical, intent(in) :: value
        type(dnn_error), allocatable, intent(out), optional :: error

        call this%set(key, merge('true ', 'false', value), error)
    end subroutine

    ! ------------------------------------------------- dataset -------------------------------------------------

    subroutine create_targets(this, x, y, error)
        class(dnn_dataset), intent(inout) :: this
        real(c_double), intent(in), contiguous :: x(:, :), y(:, :)
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made
        integer(c_int32_t) :: status

        if (.not. fits('y', shape(y), [size(y, 1), size(x, 2)], error)) return
        made = c_null_ptr
        status = dnn_dataset_create(x, size(x, 2, c_int64_t), size(x, 1, c_int64_t), y, size(y, 1, c_int64_t), made)
        call own(this, status, made, dnn_dataset_destroy, error)
    end subroutine

    subroutine create_labels(this, x, labels, classes, error)
        class(dnn_dataset), intent(inout) :: this
        real(c_double), intent(in), contiguous :: x(:, :)
        integer(c_int32_t), intent(in), contiguous :: labels(:)
        integer, intent(in) :: classes
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made
        integer(c_int32_t) :: status

        if (.not. fits('labels', [1, size(labels)], [1, size(x, 2)], error)) return
        made = c_null_ptr
        status = dnn_dataset_create_labels(x, size(x, 2, c_int64_t), size(x, 1, c_int64_t), labels, &
            int(classes, c_int64_t), made)
        call own(this, status, made, dnn_dataset_destroy, error)
    end subroutine

    !> options: key=value pairs, see dnn_dataset_read_csv in dnn.h; or ''
    subroutine read_csv(this, path, options, error)
        class(dnn_dataset), intent(inout) :: this
        character(*), intent(in) :: path, options
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made
        integer(c_int32_t) :: status

        made = c_null_ptr
        status = dnn_dataset_read_csv(to_c(path), to_c(options), made)
        call own(this, status, made, dnn_dataset_destroy, error)
    end subroutine

    !> At random; the first gets the fraction.
    subroutine split(this, fraction, seed, first, second, error)
        class(dnn_dataset), intent(in) :: this
        real(c_double), intent(in) :: fraction
        integer, intent(in) :: seed
        type(dnn_dataset), intent(inout) :: first, second
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made, rest
        integer(c_int32_t) :: status

        made = c_null_ptr
        rest = c_null_ptr
        status = dnn_dataset_split(this%pointer, fraction, int(seed, c_int64_t), made, rest)
        call own(first, status, made, dnn_dataset_destroy, error)
        if (status == dnn_ok) call own(second, status, rest, dnn_dataset_destroy)
    end subroutine

    ! -------------------------------------------------- model --------------------------------------------------

    subroutine create_model(this, layers, config, error)
        class(dnn_model), intent(inout) :: this
        integer, intent(in) :: layers(:)
        class(dnn_config), intent(in) :: config
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made
        integer(c_int32_t) :: status

        made = c_null_ptr
        status = dnn_model_create(int(layers, c_int64_t), size(layers, kind=c_int64_t), config%pointer, made)
        call own(this, status, made, dnn_model_destroy, error)
    end subroutine

    subroutine load_model(this, path, error)
        class(dnn_model), intent(inout) :: this
        character(*), intent(in) :: path
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made
        integer(c_int32_t) :: status

        made = c_null_ptr
        status = dnn_model_load(to_c(path), made)
        call own(this, status, made, dnn_model_destroy, error)
    end subroutine

    subroutine save_model(this, path, error)
        class(dnn_model), intent(in) :: this
        character(*), intent(in) :: path
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_model_save(this%pointer, to_c(path)), error)
    end subroutine

    subroutine standardize(this, dataset, error)
        class(dnn_model), intent(inout) :: this
        class(dnn_dataset), intent(in) :: dataset
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_model_standardize(this%pointer, dataset%pointer), error)
    end subroutine

    subroutine predict(this, x, y, error)
        class(dnn_model), intent(in) :: this
        real(c_double), intent(in), contiguous :: x(:, :)
        real(c_double), intent(inout), contiguous :: y(:, :)
        type(dnn_error), allocatable, intent(out), optional :: error

        if (.not. fits('x', shape(x), [this%inputs(), size(x, 2)], error)) return
        if (.not. fits('y', shape(y), [this%outputs(), size(x, 2)], error)) return
        call check(dnn_model_predict(this%pointer, x, size(x, 2, c_int64_t), y), error)
    end subroutine

    subroutine evaluate(this, dataset, loss, accuracy, error)
        class(dnn_model), intent(in) :: this
        class(dnn_dataset), intent(in) :: dataset
        real(c_double), intent(inout), target :: loss, accuracy
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_model_evaluate(this%pointer, dataset%pointer, c_loc(loss), c_loc(accuracy)), error)
    end subroutine

    !> -1 of a model that is not there; so are the outputs.
    integer function inputs(this)
        class(dnn_model), intent(in) :: this

        inputs = int(dnn_model_layer_size(this%pointer, 0_c_int64_t))
    end function

    integer function outputs(this)
        class(dnn_model), intent(in) :: this

        outputs = int(dnn_model_layer_size(this%pointer, dnn_model_layer_count(this%pointer) - 1))
    end function

    ! ------------------------------------------------- trainer -------------------------------------------------

    !> Trains as the model's config says, or another.
    subroutine create_trainer(this, model, config, error)
        class(dnn_trainer), intent(inout) :: this
        class(dnn_model), intent(in) :: model
        class(dnn_config), intent(in), optional :: config
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made, config_or_null
        integer(c_int32_t) :: status

        made = c_null_ptr
        config_or_null = c_null_ptr
        if (present(config)) config_or_null = config%pointer
        status = dnn_trainer_create(model%pointer, config_or_null, made)
        call own_trainer(this, status, made, model, error)
    end subroutine

    subroutine own_trainer(this, status, made, model, error)
        class(dnn_trainer), intent(inout) :: this
        integer(c_int32_t), intent(in) :: status
        type(c_ptr), intent(in) :: made
        class(dnn_model), intent(in) :: model
        type(dnn_error), allocatable, intent(out), optional :: error

        if (status == dnn_ok) then
            this%inputs = model%inputs()
            this%outputs = model%outputs()
        end if
        call own(this, status, made, dnn_trainer_destroy, error)
    end subroutine

    !> A checkpoint: the model, and its trainer, which goes on as if it had not been interrupted.
    subroutine load_trainer(this, path, model, error)
        class(dnn_trainer), intent(inout) :: this
        character(*), intent(in) :: path
        type(dnn_model), intent(inout) :: model
        type(dnn_error), allocatable, intent(out), optional :: error
        type(c_ptr) :: made, made_model
        integer(c_int32_t) :: status

        made = c_null_ptr
        made_model = c_null_ptr
        status = dnn_trainer_load(to_c(path), made_model, made)
        call own(model, status, made_model, dnn_model_destroy, error)
        if (status == dnn_ok) call own_trainer(this, status, made, model)
    end subroutine

    subroutine save_trainer(this, path, error)
        class(dnn_trainer), intent(in) :: this
        character(*), intent(in) :: path
        type(dnn_error), allocatable, intent(out), optional :: error

        call check(dnn_trainer_save(this%pointer, to_c(path)), error)
    end subroutine

    !> One update; loss is the mean before it.
    subroutine step(this, x, y, loss, error)
        class(dnn_trainer), intent(inout) :: this
        real(c_double), intent(in), contiguous :: x(:, :), y(:, :)
        real(c_double), intent(inout), target :: loss
        type(dnn_error), allocatable, intent(out), optional :: error

        if (.not. fits('x', shape(x), [this%inputs, size(x, 2)], error)) return
        if (.not. fits('y', shape(y), [this%outputs, size(x, 2)], error)) return
        call check(dnn_trainer_step(this%pointer, x, y, size(x, 2, c_int64_t), c_loc(loss)), error)
    end subroutine

    !> Trains for the config's epochs. finished: it came to its end, and progress did not stop it.
    subroutine fit(this, training, validation, progress, finished, error)
        class(dnn_trainer), intent(inout) :: this
        class(dnn_dataset), intent(in) :: training
        class(dnn_dataset), intent(in), optional :: validation
        procedure(progress_function), optional :: progress
        logical, intent(out), optional :: finished
        type(dnn_error), allocatable, intent(out), optional :: error
        type(listener), target :: listens
        type(c_ptr) :: validation_or_null
        integer(c_int32_t) :: status, ignored

        validation_or_null = c_null_ptr
        if (present(validation)) validation_or_null = validation%pointer
        if (present(progress)) then
            listens%call => progress
            ignored = dnn_trainer_set_progress(this%pointer, c_funloc(relay), c_loc(listens))
        end if
        status = dnn_trainer_fit(this%pointer, training%pointer, validation_or_null)
        if (present(finished)) finished = status == dnn_ok
        call check(status, error)
        if (present(progress)) ignored = dnn_trainer_set_progress(this%pointer, c_null_funptr, c_null_ptr)
    end subroutine

    !> What C calls: 1 to go on.
    integer(c_int32_t) function relay(user, progress) bind(c)
        type(c_ptr), value :: user, progress
        type(listener), pointer :: listens

        call c_f_pointer(user, listens)
        relay = merge(1, 0, listens%call(dnn_progress(dnn_progress_epoch(progress), dnn_progress_epochs(progress), &
            dnn_progress_batch(progress), dnn_progress_batches(progress), dnn_progress_loss(progress), &
            dnn_progress_validation_loss(progress), dnn_progress_validation_accuracy(progress), &
            dnn_progress_seconds(progress), dnn_progress_learning_rate(progress), &
            dnn_progress_samples_per_second(progress))))
    end function

    !> How many epochs are completed, over all fits.
    integer function epochs(this)
        class(dnn_trainer), intent(in) :: this

        epochs = int(dnn_trainer_history_count(this%pointer))
    end function

    !> The mean loss of an epoch, from 1 to epochs().
    function loss(this, epoch)
        class(dnn_trainer), intent(in) :: this
        integer, intent(in) :: epoch
        real(c_double), target :: loss

        call check(dnn_trainer_history(this%pointer, epoch - 1_c_int64_t, c_loc(loss), c_null_ptr, c_null_ptr))
    end function
end module dnn_types
