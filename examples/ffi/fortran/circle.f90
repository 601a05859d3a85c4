! Learns which points of a square lie in a circle.
module circle_progress
    use dnn_types, only: dnn_progress
    implicit none

contains

    !> Shall it go on?
    logical function show(progress)
        type(dnn_progress), intent(in) :: progress

        show = .true.
        if (progress%batch < progress%batches) return
        if (mod(int(progress%epoch), 10) == 0) then
            print '(a, i0, a, f5.3)', 'epoch ', progress%epoch, ': loss ', progress%loss
        end if
        show = progress%loss > 0.15d0
    end function
end module circle_progress

program circle
    use, intrinsic :: iso_c_binding, only: c_double, c_int32_t
    use circle_progress, only: show
    use dnn_types
    implicit none

    real(c_double) :: points(2, 400), probability(2, 2)
    integer(c_int32_t) :: inside(400)
    type(dnn_config) :: config
    type(dnn_dataset) :: dataset
    type(dnn_model) :: model, loaded
    type(dnn_trainer) :: trainer
    type(dnn_error), allocatable :: error
    logical :: finished
    integer :: i

    do i = 1, 400
        points(:, i) = [mod(i - 1, 20) - 9.5d0, (i - 1) / 20 - 9.5d0] / 10 ! from -0.95 to 0.95
    end do
    inside = merge(1, 0, sum(points**2, dim=1) < 0.5d0)

    call config%create('classifier')
    call config%set('epochs', 200)
    call model%create([2, 16, 2], config) ! a point in; how likely outside and inside it is, out
    call trainer%create(model)
    call dataset%create(points, inside, 2)
    call trainer%fit(dataset, progress=show, finished=finished)
    print '(2a, i0, a)', trim(merge('done   ', 'stopped', finished)), ' after ', trainer%epochs(), ' epochs'

    call model%predict(reshape([0d0, 0d0, 0.9d0, 0.9d0], [2, 2]), probability)
    print '(a, f5.3)', '(0, 0) is inside with probability ', probability(2, 1)
    print '(a, f5.3)', '(0.9, 0.9) is inside with probability ', probability(2, 2)

    call model%save('circle.dnn')
    call loaded%load('circle.dnn')
    call loaded%predict(reshape([0d0, 0d0], [2, 1]), probability(:, :1))
    print '(a, f5.3)', 'loaded from circle.dnn: ', probability(2, 1)

    call config%set('epochs', 'many', error) ! an error, on purpose
    if (allocated(error)) print '(2a)', 'error: ', error%message
end program circle
