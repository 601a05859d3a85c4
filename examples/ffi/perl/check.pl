#!/usr/bin/perl
# What ../README.md, "The check", asks of each language.
use strict;
use warnings;
use DNN;

my (@x, @y, @narrow);
for my $i (0 .. 19) {
    push @x, [map { (7 * $i + 5 * $_) % 13 / 13 } 0 .. 2];
    push @y, [5 * $i % 11 / 11];
    push @narrow, [@{$x[$i]}[0, 1]];
}

sub make_config {
    my ($epochs) = @_;
    return DNN::Config->new('regressor', precision => 'f64', activation => 'tanh', seed => 7, batch_size => 4,
        threads => 1, epochs => $epochs);
}

sub must_be {
    my ($is_so, $what) = @_;
    print $is_so ? '' : 'NOT ', "$what\n";
    return;
}

# What the code dies of, or undef.
sub died {
    my ($code) = @_;
    return eval { $code->(); 1 } ? undef : $@;
}

sub bits { return join ' ', map { unpack 'H*', pack 'd>', $_->[0] } @_ }

sub resident_pages {
    open my $statm, '<', '/proc/self/statm' or die $!;
    return (split ' ', <$statm>)[1];
}

sub create_and_drop {
    my $model   = DNN::Model->new([3, 8, 1], make_config(1));
    my $dataset = DNN::Dataset->new(\@x, \@y);
    my $trainer = DNN::Trainer->new($model);
    undef $model;    # before its trainer
    return;
}

my $model   = DNN::Model->new([3, 8, 1], make_config(5));
my $dataset = DNN::Dataset->new(\@x, \@y);
my $trainer = DNN::Trainer->new($model);
$trainer->fit($dataset);
my $predictions = $model->predict(\@x);
print "prediction $_: ", bits($predictions->[$_]), "\n" for 0 .. 9;

$model->save('check.dnn');
must_be(bits(@{DNN::Model->load('check.dnn')->predict(\@x)}) eq bits(@$predictions),
    'a saved and loaded model predicts the same');

my $config = make_config(100);
my $error = died(sub { $config->set(epochs => 'many') });
must_be(ref $error && $error->status == -1, 'a wrong value raises:');
print "$error\n";
must_be(died(sub { $model->predict(\@narrow) }) && died(sub { $trainer->fit(DNN::Dataset->new(\@narrow, \@y)) }),
    'a wrong shape raises');

my $stopped = DNN::Trainer->new($model, $config);
my $finished = $stopped->fit($dataset, progress => sub { $_[0]{epoch} < 3 || $_[0]{batch} < $_[0]{batches} });
must_be(!$finished && $stopped->history == 3, 'the callback stops after epoch 3');
my $inside = died(sub { $stopped->fit($dataset, progress => sub { die "from inside\n" }) });
must_be(0, 'what the callback dies of comes out of fit') unless $inside eq "from inside\n";
my $packed = DNN::Dataset->new(pack('d*', map { @$_ } @x), pack('d*', map { @$_ } @y), inputs => 3, outputs => 1);
must_be(0, 'a string of doubles is lent') unless ($model->evaluate($packed))[0] == ($model->evaluate($dataset))[0];

undef $model;
undef $dataset;
must_be($trainer->step(\@x, \@y) > 0, 'handles are destroyed in any order');

my $before;
for my $i (1 .. 11000) {
    $before = resident_pages() if $i == 1001;
    create_and_drop();
}
must_be(resident_pages() - $before < 512, '10,000 create and destroy do not grow memory');
