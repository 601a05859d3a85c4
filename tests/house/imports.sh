#!/bin/sh
# The library prints nothing, ends no process, and leaves the process's locale, signals, rand() and BLAS threads alone, and asks
# for memory in one place: its own objects do not even name the functions that do otherwise.
#
# usage: imports.sh ARCHIVE_OF_PLAIN_OBJECTS WHETHER_ASSERTIONS_ARE_OFF
set -eu

archive=$1 ndebug=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Output; only formatting into memory (snprintf, vsnprintf) is allowed. The _chk forms are what _FORTIFY_SOURCE makes of them.
forbidden='printf fprintf vprintf vfprintf dprintf vdprintf puts putchar putc fputs fputc fwrite perror psignal syslog
    __printf_chk __fprintf_chk __vprintf_chk __vfprintf_chk __dprintf_chk stdout stderr sprintf vsprintf'
# The process.
forbidden="$forbidden exit _exit _Exit quick_exit abort atexit raise kill system fork signal sigaction sigprocmask
    pthread_sigmask setenv putenv chdir umask"
# State that belongs to the program: random numbers, the locale, and what reads it.
forbidden="$forbidden rand srand rand_r random srandom drand48 srand48 setlocale strtod strtof strtold atof scanf sscanf
    __isoc99_sscanf strtok strerror"
# The floating-point mode, and the BLAS's number of threads.
forbidden="$forbidden fesetround fesetenv feenableexcept feholdexcept openblas_set_num_threads goto_set_num_threads
    openblas_set_num_threads_local bli_thread_set_num_threads omp_set_num_threads MKL_Set_Num_Threads mkl_set_num_threads"
if [ "$ndebug" = TRUE ]; then
    forbidden="$forbidden __assert_fail __assert"
fi

nm -A -u "$archive" >"$work/undefined"
printf '%s\n' $forbidden | sort -u >"$work/forbidden"
# Lines are "archive:object: U name@VERSION"; print the object and the name where it is a forbidden one.
awk 'NR == FNR { bad[$1] = 1; next }
     { name = $NF; sub(/@.*/, "", name); if (name in bad) { n = split($1, part, ":"); print part[n - 1] " uses " name } }' \
    "$work/forbidden" "$work/undefined" >"$work/found"

# Memory, which base/memory.c alone asks for: a host may have chosen where it comes from.
memory='malloc calloc realloc reallocarray free strdup strndup aligned_alloc posix_memalign memalign asprintf vasprintf
    __asprintf_chk __vasprintf_chk getline getdelim open_memstream'
printf '%s\n' $memory | sort -u >"$work/memory"
awk 'NR == FNR { bad[$1] = 1; next }
     { name = $NF; sub(/@.*/, "", name); n = split($1, part, ":"); object = part[n - 1]
       if (object == "memory.c.o") { if (name in bad) own++ }
       else if (name in bad) print object " uses " name ", which is for base/memory.c" }
     END { if (own < 3) print "memory.c.o asks for no memory, which cannot be" }' \
    "$work/memory" "$work/undefined" >>"$work/found"

imports=$(awk '{ print $NF }' "$work/undefined" | sort -u | wc -l)
if [ "$imports" -eq 0 ]; then
    echo "FAILED: $archive imports nothing at all, which cannot be: is it the right file?"
    exit 1
fi
echo "$imports imported names looked at, $(wc -l <"$work/forbidden") forbidden; assertions off: $ndebug"
if [ -s "$work/found" ]; then
    cat "$work/found"
    echo "FAILED: the library may not use these"
    exit 1
fi
