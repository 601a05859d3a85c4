#!/usr/bin/perl
# Learns which points of a square lie in a circle.
use strict;
use warnings;
use DNN;

my (@points, @inside);
for my $row (0 .. 19) {
    for my $column (0 .. 19) {
        my ($u, $v) = (($column - 9.5) / 10, ($row - 9.5) / 10);    # from -0.95 to 0.95
        push @points, [$u, $v];
        push @inside, $u * $u + $v * $v < 0.5 ? 1 : 0;
    }
}

my $config  = DNN::Config->new('classifier', epochs => 200);
my $model   = DNN::Model->new([2, 16, 2], $config);    # a point in; how likely outside and inside it is, out
my $trainer = DNN::Trainer->new($model);
my $finished = $trainer->fit(DNN::Dataset->from_labels(\@points, \@inside, 2), progress => sub {
    my ($p) = @_;
    return 1 if $p->{batch} < $p->{batches};
    printf "epoch %d: loss %.3f\n", $p->{epoch}, $p->{loss} if $p->{epoch} % 10 == 0;
    return $p->{loss} > 0.15;    # go on?
});
printf "%s after %d epochs\n", $finished ? 'done' : 'stopped', scalar $trainer->history;

my ($centre, $corner) = @{$model->predict([[0, 0], [0.9, 0.9]])};
printf "(0, 0) is inside with probability %.3f\n", $centre->[1];
printf "(0.9, 0.9) is inside with probability %.3f\n", $corner->[1];

$model->save('circle.dnn');
printf "loaded from circle.dnn: %.3f\n", DNN::Model->load('circle.dnn')->predict([0, 0])->[1];

eval { $config->set(epochs => 'many') };    # an error, on purpose
print "error: $@\n" if $@;
