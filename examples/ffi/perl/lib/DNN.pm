package DNN;

# libdnn for Perl: a binding by FFI::Platypus (Debian: libffi-platypus-perl).
#
# ARRAYS. x and y are references to arrays of rows, [[0, 1], [1, 0]], or to one row. Perl's numbers are no plain doubles, so they
# are packed into a string for a call, which is a copy; such a string, of pack('d*', ...) or a PDL's get_dataref, may be given
# instead, and is lent to the library as it is. A dataset must then be told how many columns it has: inputs => 3, outputs => 1.
#
# ERRORS. A status below 0 dies with a DNN::Error, which is its text (dnn_last_error) as a string and has a status; so does an
# array of the wrong shape.
#
# HANDLES are released when the last reference goes, in any order.
#
# The library is found by the environment variable DNN_LIBRARY, else where the system looks for libdnn.so.0.
use strict;
use warnings;

our $VERSION = '0.1.0';

use FFI::Platypus 1.00;
use Scalar::Util qw(blessed);

use constant STOPPED => 1;

my $ffi = FFI::Platypus->new(api => 1, lib => $ENV{DNN_LIBRARY} || 'libdnn.so.0');
$ffi->type('(opaque,opaque)->sint32' => 'progress_t');

# name => [arguments, result]. An out parameter of a handle or number is a reference to a scalar.
my %function = (
    version_string              => [[], 'string'],
    last_error                  => [[], 'string'],
    config_create               => [['string', 'opaque*'], 'sint32'],
    config_destroy              => [['opaque'], 'void'],
    config_set                  => [['opaque', 'string', 'string'], 'sint32'],
    config_get                  => [['opaque', 'string', 'opaque', 'sint64', 'sint64*'], 'sint32'],
    dataset_create              => [['opaque', 'sint64', 'sint64', 'opaque', 'sint64', 'opaque*'], 'sint32'],
    dataset_create_labels       => [['opaque', 'sint64', 'sint64', 'opaque', 'sint64', 'opaque*'], 'sint32'],
    dataset_read_csv            => [['string', 'string', 'opaque*'], 'sint32'],
    dataset_split               => [['opaque', 'double', 'sint64', 'opaque*', 'opaque*'], 'sint32'],
    dataset_size                => [['opaque'], 'sint64'],
    dataset_destroy             => [['opaque'], 'void'],
    model_create                => [['sint64[]', 'sint64', 'opaque', 'opaque*'], 'sint32'],
    model_destroy               => [['opaque'], 'void'],
    model_layer_count           => [['opaque'], 'sint64'],
    model_layer_size            => [['opaque', 'sint64'], 'sint64'],
    model_predict               => [['opaque', 'opaque', 'sint64', 'opaque'], 'sint32'],
    model_evaluate              => [['opaque', 'opaque', 'double*', 'double*'], 'sint32'],
    model_standardize           => [['opaque', 'opaque'], 'sint32'],
    model_summary               => [['opaque', 'opaque', 'sint64', 'sint64*'], 'sint32'],
    model_save                  => [['opaque', 'string'], 'sint32'],
    model_load                  => [['string', 'opaque*'], 'sint32'],
    trainer_create              => [['opaque', 'opaque', 'opaque*'], 'sint32'],
    trainer_destroy             => [['opaque'], 'void'],
    trainer_step                => [['opaque', 'opaque', 'opaque', 'sint64', 'double*'], 'sint32'],
    trainer_fit                 => [['opaque', 'opaque', 'opaque'], 'sint32'],
    trainer_set_progress        => [['opaque', 'progress_t', 'opaque'], 'sint32'],
    trainer_history_count       => [['opaque'], 'sint64'],
    trainer_history             => [['opaque', 'sint64', 'double*', 'double*', 'double*'], 'sint32'],
    trainer_diagnose            => [['opaque', 'opaque', 'sint64', 'sint64*'], 'sint32'],
    progress_epoch              => [['opaque'], 'sint64'],
    progress_epochs             => [['opaque'], 'sint64'],
    progress_batch              => [['opaque'], 'sint64'],
    progress_batches            => [['opaque'], 'sint64'],
    progress_loss               => [['opaque'], 'double'],
    progress_validation_loss    => [['opaque'], 'double'],
    progress_validation_accuracy => [['opaque'], 'double'],
    progress_seconds            => [['opaque'], 'double'],
);

$ffi->attach(["dnn_$_" => "DNN::C::$_"] => @{$function{$_}}) for keys %function;

sub version { return DNN::C::version_string() }

sub fail {
    my ($status, $text) = @_;
    die bless {status => $status, text => $text}, 'DNN::Error';
}

sub last_error {
    my $text = DNN::C::last_error();
    utf8::decode($text);
    return $text;
}

sub check {
    my ($status) = @_;
    fail($status, last_error()) if $status < 0;
    return $status;
}

# The handle of an object, or undef. C could not tell it from one of another class.
sub handle_of {
    my ($class, $object) = @_;
    return undef unless defined $object;
    fail(-1, "expected a $class, got " . (ref $object || "'$object'")) unless blessed $object && $object->isa($class);
    return $object->{handle};
}

# A text for C, which would end at a NUL.
sub string {
    my ($text) = @_;
    fail(-1, 'a text with a NUL in it: ' . $text =~ s/\0/\\0/gr) if defined $text && $text =~ /\0/;
    return $text;
}

# The address of a string's first byte.
sub address { return unpack 'J', pack 'p', $_[0] }

# The handle that the code writes to its argument.
sub create {
    my ($code) = @_;
    my $handle;
    check($code->(\$handle));
    return $handle;
}

# A text that the library writes: once for its length, once for itself.
sub text {
    my ($code) = @_;
    my $length = 0;
    check($code->(undef, 0, \$length));
    my $buffer = "\0" x ($length + 1);
    check($code->(address($buffer), $length + 1, undef));
    my $text = substr $buffer, 0, $length;
    utf8::decode($text);
    return $text;
}

# (a string of doubles, rows, columns)
sub doubles {
    my ($name, $rows, $columns) = @_;
    use warnings FATAL => qw(numeric uninitialized); # of pack
    if (!ref $rows) {
        utf8::downgrade($rows);
        my $expected = $columns ? "rows of $columns doubles" : 'inputs and outputs to say how many doubles a row has';
        my $n = $columns ? length($rows) / 8 / $columns : 0.5;
        fail(-1, "$name is a string of " . length($rows) . " bytes, expected $expected") if $n != int $n;
        return ($rows, $n, $columns);
    }
    $rows = [$rows] unless ref $rows->[0];
    $columns //= @{$rows->[0]};
    for my $i (0 .. $#$rows) {
        my $found = @{$rows->[$i]};
        fail(-1, "$name has $found numbers in row $i, expected $columns") if $found != $columns;
    }
    return (pack('d*', map { @$_ } @$rows), scalar @$rows, $columns);
}

sub same_samples {
    my ($n, $m) = @_;
    fail(-1, "x has $n samples, y has $m") if $n != $m;
    return;
}

package DNN::Error;

use overload '""' => sub { $_[0]{text} }, fallback => 1;

sub status { return $_[0]{status} }

# What a network is and how it learns: DNN::Config->new('classifier', epochs => 20). The keys are in dnn.h.
package DNN::Config;

sub new {
    my ($class, $recipe, %settings) = @_;
    my $self = bless {handle => DNN::create(sub { DNN::C::config_create(DNN::string($recipe) // 'tutorial', @_) })}, $class;
    $self->set($_ => $settings{$_}) for keys %settings;
    return $self;
}

sub set {
    my ($self, $key, $value) = @_;
    DNN::check(DNN::C::config_set($self->{handle}, DNN::string($key), DNN::string($value)));
    return $self;
}

sub get {
    my ($self, $key) = @_;
    return DNN::text(sub { DNN::C::config_get($self->{handle}, DNN::string($key), @_) });
}

sub DESTROY { DNN::C::config_destroy($_[0]{handle}) }
sub CLONE_SKIP { 1 } # another thread's copy must not release it too

# Samples, copied: DNN::Dataset->new($x, $y). Of strings: DNN::Dataset->new($x, $y, inputs => 3, outputs => 1).
package DNN::Dataset;

sub new {
    my ($class, $given_x, $given_y, %columns) = @_;
    my ($x, $n, $inputs) = DNN::doubles('x', $given_x, $columns{inputs});
    my ($y, $m, $outputs) = DNN::doubles('y', $given_y, $columns{outputs});
    DNN::same_samples($n, $m);
    return $class->take(DNN::create(sub {
        DNN::C::dataset_create(DNN::address($x), $n, $inputs, DNN::address($y), $outputs, @_) }));
}

# Classes 0 to $classes - 1.
sub from_labels {
    my ($class, $given_x, $labels, $classes, %columns) = @_;
    my ($x, $n, $inputs) = DNN::doubles('x', $given_x, $columns{inputs});
    DNN::same_samples($n, scalar @$labels);
    my $packed = pack 'l*', @$labels;
    return $class->take(DNN::create(sub {
        DNN::C::dataset_create_labels(DNN::address($x), $n, $inputs, DNN::address($packed), $classes, @_) }));
}

sub read_csv {
    my ($class, $path, $options) = @_;
    return $class->take(DNN::create(sub { DNN::C::dataset_read_csv(DNN::string($path), DNN::string($options), @_) }));
}

sub take {
    my ($class, $handle) = @_;
    return bless {handle => $handle}, $class;
}

# Two parts: the fraction of the samples, drawn by the seed, and the rest.
sub split {
    my ($self, $fraction, $seed) = @_;
    my ($first, $second);
    DNN::check(DNN::C::dataset_split($self->{handle}, $fraction, $seed // 0, \$first, \$second));
    return map { DNN::Dataset->take($_) } $first, $second;
}

sub size { return DNN::C::dataset_size($_[0]{handle}) }

sub DESTROY { DNN::C::dataset_destroy($_[0]{handle}) }
sub CLONE_SKIP { 1 }

# A network and its weights: DNN::Model->new([2, 3, 1], $config).
package DNN::Model;

sub new {
    my ($class, $layers, $config) = @_;
    my $of_config = DNN::handle_of('DNN::Config', $config);
    return $class->take(DNN::create(sub { DNN::C::model_create($layers, scalar @$layers, $of_config, @_) }));
}

sub load {
    my ($class, $path) = @_;
    return $class->take(DNN::create(sub { DNN::C::model_load(DNN::string($path), @_) }));
}

sub take {
    my ($class, $handle) = @_;
    my $last = DNN::C::model_layer_count($handle) - 1;
    return bless {
        handle  => $handle,
        inputs  => DNN::C::model_layer_size($handle, 0),
        outputs => DNN::C::model_layer_size($handle, $last),
    }, $class;
}

sub save {
    my ($self, $path) = @_;
    DNN::check(DNN::C::model_save($self->{handle}, DNN::string($path)));
    return;
}

# A row for each row of x; for one row, its outputs.
sub predict {
    my ($self, $given) = @_;
    my ($x, $n) = DNN::doubles('x', $given, $self->{inputs});
    my $y = "\0" x (8 * $n * $self->{outputs});
    DNN::check(DNN::C::model_predict($self->{handle}, DNN::address($x), $n, DNN::address($y)));
    my @numbers = unpack 'd*', $y;
    my @rows = map { [splice @numbers, 0, $self->{outputs}] } 1 .. $n;
    return ref $given && !ref $given->[0] ? $rows[0] : \@rows;
}

# (mean loss, share of samples whose class is right)
sub evaluate {
    my ($self, $dataset) = @_;
    my ($loss, $accuracy) = (0, 0);
    DNN::check(DNN::C::model_evaluate($self->{handle}, DNN::handle_of('DNN::Dataset', $dataset), \$loss, \$accuracy));
    return ($loss, $accuracy);
}

sub standardize {
    my ($self, $dataset) = @_;
    DNN::check(DNN::C::model_standardize($self->{handle}, DNN::handle_of('DNN::Dataset', $dataset)));
    return;
}

sub summary {
    my ($self) = @_;
    return DNN::text(sub { DNN::C::model_summary($self->{handle}, @_) });
}

sub DESTROY { DNN::C::model_destroy($_[0]{handle}) }
sub CLONE_SKIP { 1 }

# What changes a model's weights: DNN::Trainer->new($model, $config).
package DNN::Trainer;

my @of_progress = qw(epoch epochs batch batches loss validation_loss validation_accuracy seconds);

sub new {
    my ($class, $model, $config) = @_;
    my ($of_model, $of_config) = (DNN::handle_of('DNN::Model', $model), DNN::handle_of('DNN::Config', $config));
    return bless {
        handle  => DNN::create(sub { DNN::C::trainer_create($of_model, $of_config, @_) }),
        inputs  => $model->{inputs},
        outputs => $model->{outputs},
    }, $class;
}

# One update; the mean loss before it.
sub step {
    my ($self, $given_x, $given_y) = @_;
    my ($x, $n) = DNN::doubles('x', $given_x, $self->{inputs});
    my ($y, $m) = DNN::doubles('y', $given_y, $self->{outputs});
    DNN::same_samples($n, $m);
    my $loss = 0;
    DNN::check(DNN::C::trainer_step($self->{handle}, DNN::address($x), DNN::address($y), $n, \$loss));
    return $loss;
}

# Trains for the config's epochs; true if it came to its end. The options are validation, a dataset, and progress, a sub that is
# told a hash of what dnn_progress_* tell after each batch, and stops the training by returning false; if it dies, the
# training stops too, and fit dies of the same once the library has returned.
sub fit {
    my ($self, $training, %options) = @_;
    my @datasets = map { DNN::handle_of('DNN::Dataset', $_) } $training, $options{validation};
    my ($died, $what) = (0, undef);
    my $callback = $options{progress} && $ffi->closure(sub {
        my ($user, $progress) = @_;
        no strict 'refs';
        my %told = map { $_ => &{"DNN::C::progress_$_"}($progress) } @of_progress;
        my $goes_on;
        { # a block of its own, which "last" leaves instead of the library
            eval { $goes_on = $options{progress}->(\%told); 1 } or ($died, $what) = (1, $@);
        }
        return $goes_on ? 1 : 0;
    });
    DNN::check(DNN::C::trainer_set_progress($self->{handle}, $callback, undef));
    my $status = DNN::C::trainer_fit($self->{handle}, @datasets);
    my $text = DNN::last_error();
    DNN::C::trainer_set_progress($self->{handle}, undef, undef);
    die $what if $died;
    DNN::fail($status, $text) if $status < 0;
    return $status != DNN::STOPPED;
}

# A hash of loss, validation_loss and validation_accuracy for each completed epoch.
sub history {
    my ($self) = @_;
    return map {
        my ($loss, $validation_loss, $validation_accuracy) = (0, 0, 0);
        DNN::check(DNN::C::trainer_history($self->{handle}, $_, \$loss, \$validation_loss, \$validation_accuracy));
        {loss => $loss, validation_loss => $validation_loss, validation_accuracy => $validation_accuracy}
    } 0 .. DNN::C::trainer_history_count($self->{handle}) - 1;
}

# Why is it not learning?
sub diagnose {
    my ($self) = @_;
    return DNN::text(sub { DNN::C::trainer_diagnose($self->{handle}, @_) });
}

sub DESTROY { DNN::C::trainer_destroy($_[0]{handle}) }
sub CLONE_SKIP { 1 }

1;
