! What ../README.md, "The check", asks of each language.
module check_progress
    use dnn_types, only: dnn_progress
    implicit none

contains

    logical function go_on_to_third(progress)
        type(dnn_progress), intent(in) :: progress

        go_on_to_third = progress%epoch < 3 .or. progress%batch < progress%batches
    end function
end module check_progress

program check
    use, intrinsic :: iso_c_binding, only: c_double, c_int32_t, c_int64_t
    use check_progress, only: go_on_to_third
    use dnn, only: dnn_error_invalid_argument
    use dnn_types
    implicit none

    integer, parameter :: samples = 20
    real(c_double) :: x(3, samples), y(1, samples)
    integer :: i, j

    do i = 1, samples
        x(:, i) = [(mod(7 * (i - 1) + 5 * j, 13) / 13d0, j = 0, 2)]
        y(1, i) = mod(5 * (i - 1), 11) / 11d0
    end do
    call check_results()
    call check_memory()

contains

    subroutine must_be(is_so, what)
        logical, intent(in) :: is_so
        character(*), intent(in) :: what

        if (.not. is_so) write (*, '(a)', advance='no') 'NOT '
        print '(a)', what
    end subroutine

    subroutine make_config(config, epochs)
        type(dnn_config), intent(inout) :: config
        integer, intent(in) :: epochs

        call config%create('regressor')
        call config%set('precision', 'f64')
        call config%set('activation', 'tanh')
        call config%set('seed', 7)
        call config%set('batch_size', 4)
        call config%set('threads', 1)
        call config%set('epochs', epochs)
    end subroutine

    !> As C's %016llx: Fortran writes capitals.
    function bits(number) result(text)
        real(c_double), intent(in) :: number
        character(16) :: text
        integer :: k

        write (text, '(z16.16)') transfer(number, 0_c_int64_t)
        do k = 1, len(text)
            if (text(k:k) >= 'A') text(k:k) = achar(iachar(text(k:k)) + iachar('a') - iachar('A'))
        end do
    end function

    subroutine check_results()
        type(dnn_config) :: config
        type(dnn_model) :: model, loaded
        type(dnn_dataset) :: dataset, narrow
        type(dnn_trainer) :: trainer, stopped
        type(dnn_error), allocatable :: error, other
        real(c_double) :: predictions(1, samples), again(1, samples), loss
        logical :: finished
        integer :: completed

        call make_config(config, 5)
        call model%create([3, 8, 1], config)
        call dataset%create(x, y)
        call trainer%create(model)
        call trainer%fit(dataset)
        call model%predict(x, predictions)
        do i = 1, 10
            print '(a, i0, 2a)', 'prediction ', i - 1, ': ', bits(predictions(1, i))
        end do

        call model%save('check.dnn')
        call loaded%load('check.dnn')
        call loaded%predict(x, again)
        call must_be(all(transfer(again, [0_c_int64_t]) == transfer(predictions, [0_c_int64_t])), &
            'a saved and loaded model predicts the same')

        call make_config(config, 100)
        call config%set('epochs', 'many', error)
        call must_be(allocated(error), 'a wrong value raises:')
        if (allocated(error)) then
            print '(a)', error%message
            if (error%status /= dnn_error_invalid_argument) call must_be(.false., 'it has the status of the library')
        end if
        call narrow%create(x(:2, :), y)
        call model%predict(x(:2, :), again, error)
        call trainer%fit(narrow, error=other)
        call must_be(allocated(error) .and. allocated(other), 'a wrong shape raises')

        call stopped%create(model, config)
        call stopped%fit(dataset, progress=go_on_to_third, finished=finished)
        completed = stopped%epochs()
        call must_be(.not. finished .and. completed == 3, 'the callback stops after epoch 3')
        if (.not. stopped%loss(completed) > 0) call must_be(.false., 'there is a loss of epoch 3')

        call model%close()
        call dataset%close()
        call trainer%step(x, y, loss)
        call model%predict(x, again, error)
        call must_be(loss > 0 .and. allocated(error), 'handles are destroyed in any order')
    end subroutine

    !> Whose handles go with their variables; the model before.
    subroutine create_and_destroy()
        type(dnn_config) :: config
        type(dnn_model) :: model
        type(dnn_dataset) :: dataset
        type(dnn_trainer) :: trainer

        call make_config(config, 1)
        call model%create([3, 8, 1], config)
        call dataset%create(x, y)
        call trainer%create(model)
        call model%close()
    end subroutine

    integer function resident_pages()
        integer(c_int64_t) :: total
        integer :: unit

        open (newunit=unit, file='/proc/self/statm', action='read')
        read (unit, *) total, resident_pages
        close (unit)
    end function

    subroutine check_memory()
        integer :: before

        before = 0
        do i = 1, 11000
            if (i == 1001) before = resident_pages()
            call create_and_destroy()
        end do
        call must_be(resident_pages() - before < 512, '10,000 create and destroy do not grow memory')
    end subroutine
end program check
