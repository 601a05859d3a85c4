/*
 * core/version.c - see version.h.
 */
#include "core/version.h"

static bool always(void)
{
    return true;
}

#if DNN_CORE_X86_VERSIONS
extern const struct core core_f64_avx2, core_f32_avx2, core_f64_avx512, core_f32_avx512;

/* The compiler's own look at the processor, which asks the system too whether it saves the wide registers. */
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
}
#endif

const struct core_version core_versions[] = {
#if DNN_CORE_X86_VERSIONS
    {"avx512", &core_f64_avx512, &core_f32_avx512, has_avx512},
    {"avx2", &core_f64_avx2, &core_f32_avx2, has_avx2},
#endif
    {"baseline", &core_f64, &core_f32, always},
};

const int32_t core_version_count = (int32_t)(sizeof core_versions / sizeof *core_versions);

const struct core_version *core_version(void)
{
    int32_t i = 0;
    while (!core_versions[i].is_supported()) {
        i++;
    }
    return &core_versions[i];
}
