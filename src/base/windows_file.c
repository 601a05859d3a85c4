/*
 * base/windows_file.c - see windows_file.h.
 *
 * A path is made a full one first. That tells devices (NUL, CON, COM1, in any folder: the system then answers "\\.\NUL") by the
 * system's own rules, which differ between its versions; and full paths alone may be long, once "\\?\" is put in front.
 *
 * Files are opened by CreateFileW, since the C library's open lets nobody remove or rename a file that is open. Even so the system
 * may replace no file that somebody reads just then, so a rename is tried again for half a second, in which a reader of a model may
 * be done, or a virus scanner with a file that is new to it. ReplaceFileW was rejected: as documented it can fail half-way, with the
 * old file under another name.
 */
#include "base/windows_file.h"

#define WIN32_LEAN_AND_MEAN
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>

enum {
    TRIES = 50,
    NAP_MILLISECONDS = 10,
    PREFIX = 8,
    LONGEST_PLAIN_PATH = 240,
    FROM_ANYBODY = 0666,
    FROM_NOBODY = 0444
};

static const DWORD share_all = FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE;

struct path {
    wchar_t text[PREFIX + PATH_MAX];
    bool is_device;
};

/* ---- errors ---- */

static const struct {
    DWORD error;
    int number;
} numbers[] = {
    {ERROR_FILE_NOT_FOUND, ENOENT},
    {ERROR_PATH_NOT_FOUND, ENOENT},
    {ERROR_INVALID_NAME, ENOENT},
    {ERROR_BAD_PATHNAME, ENOENT},
    {ERROR_INVALID_DRIVE, ENOENT},
    {ERROR_BAD_NETPATH, ENOENT},
    {ERROR_BAD_NET_NAME, ENOENT},
    {ERROR_ACCESS_DENIED, EACCES},
    {ERROR_SHARING_VIOLATION, EACCES},
    {ERROR_LOCK_VIOLATION, EACCES},
    {ERROR_USER_MAPPED_FILE, EACCES},
    {ERROR_CANT_RESOLVE_FILENAME, ELOOP},
    {ERROR_FILE_EXISTS, EEXIST},
    {ERROR_ALREADY_EXISTS, EEXIST},
    {ERROR_DISK_FULL, ENOSPC},
    {ERROR_HANDLE_DISK_FULL, ENOSPC},
    {ERROR_WRITE_PROTECT, EROFS},
    {ERROR_TOO_MANY_OPEN_FILES, EMFILE},
    {ERROR_NOT_ENOUGH_MEMORY, ENOMEM},
    {ERROR_OUTOFMEMORY, ENOMEM},
    {ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG},
    {ERROR_INSUFFICIENT_BUFFER, ENAMETOOLONG},
    {ERROR_NO_UNICODE_TRANSLATION, EILSEQ},
};

/* Returns −1, and sets errno to what the last call of the system met. */
static int failed(void)
{
    const DWORD error = GetLastError();
    errno = EIO;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (numbers[i].error == error) {
            errno = numbers[i].number;
        }
    }
    return -1;
}

static int failed_with(int number)
{
    errno = number;
    return -1;
}

/* ---- paths ---- */

static bool begins_with(const wchar_t *text, const wchar_t *prefix)
{
    return wcsncmp(text, prefix, wcslen(prefix)) == 0;
}

/* Puts in front of a full path what lets it be longer than others: "C:\…" → "\\?\C:\…", "\\server\…" → "\\?\UNC\server\…". */
static void make_long(wchar_t *text)
{
    const bool is_network = begins_with(text, L"\\\\");
    const wchar_t *prefix = is_network ? L"\\\\?\\UNC" : L"\\\\?\\";
    const size_t length = wcslen(prefix), skipped = is_network ? 1 : 0;
    memmove(text + length, text + skipped, (wcslen(text + skipped) + 1) * sizeof *text);
    memcpy(text, prefix, length * sizeof *text);
}

/* 0, or −1 with errno. */
static int path_of(const char *utf8, struct path *path)
{
    wchar_t given[PATH_MAX];
    if (*utf8 == '\0') {
        return failed_with(ENOENT);
    }
    if (MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, -1, given, PATH_MAX) == 0) {
        return failed();
    }
    const DWORD length = GetFullPathNameW(given, PATH_MAX, path->text, NULL);
    if (length == 0) {
        return failed();
    }
    if (length >= PATH_MAX) {
        return failed_with(ENAMETOOLONG);
    }
    path->is_device = begins_with(path->text, L"\\\\.\\");
    if (length > LONGEST_PLAIN_PATH && !path->is_device && !begins_with(path->text, L"\\\\?\\")) {
        make_long(path->text);
    }
    return 0;
}

static bool has_attribute(const struct path *path, DWORD attribute)
{
    const DWORD attributes = GetFileAttributesW(path->text);
    return attributes != INVALID_FILE_ATTRIBUTES && (attributes & attribute) != 0;
}

/* ---- descriptors ---- */

int windows_open(const char *utf8, int flags, ...)
{
    struct path path;
    if (path_of(utf8, &path) != 0) {
        return -1;
    }
    const bool writes = (flags & (O_WRONLY | O_RDWR)) != 0;
    const DWORD how = (flags & O_CREAT) == 0 ? OPEN_EXISTING : (flags & O_EXCL) != 0 ? CREATE_NEW : OPEN_ALWAYS;
    const HANDLE handle = CreateFileW(path.text, writes ? GENERIC_WRITE : GENERIC_READ, share_all, NULL, how,
                                      FILE_ATTRIBUTE_NORMAL, NULL);
    if (handle == INVALID_HANDLE_VALUE) {
        const DWORD error = GetLastError(); /* which the question after the folder overwrites */
        if (error == ERROR_ACCESS_DENIED && has_attribute(&path, FILE_ATTRIBUTE_DIRECTORY)) {
            return failed_with(EISDIR);
        }
        SetLastError(error);
        return failed();
    }
    const int descriptor = _open_osfhandle((intptr_t)handle, (writes ? 0 : _O_RDONLY) | _O_BINARY | _O_NOINHERIT);
    if (descriptor < 0) {
        CloseHandle(handle);
        return failed_with(EMFILE);
    }
    return descriptor;
}

ssize_t windows_read(int descriptor, void *bytes, size_t size)
{
    return _read(descriptor, bytes, size < INT_MAX ? (unsigned)size : INT_MAX);
}

ssize_t windows_write(int descriptor, const void *bytes, size_t size)
{
    return _write(descriptor, bytes, size < INT_MAX ? (unsigned)size : INT_MAX);
}

int64_t windows_lseek(int descriptor, int64_t offset, int whence)
{
    return _lseeki64(descriptor, offset, whence);
}

int windows_fsync(int descriptor)
{
    return _commit(descriptor);
}

int windows_fchmod(int descriptor, unsigned mode)
{
    (void)descriptor;
    (void)mode;
    return 0;
}

/* ---- what there is ---- */

static int look(HANDLE handle, struct windows_stat *about)
{
    FILE_BASIC_INFO basic;
    FILE_STANDARD_INFO standard;
    const DWORD type = GetFileType(handle);
    if (type != FILE_TYPE_DISK) {
        *about = (struct windows_stat){type == FILE_TYPE_PIPE ? S_IFIFO : S_IFCHR, 0};
        return 0;
    }
    if (!GetFileInformationByHandleEx(handle, FileBasicInfo, &basic, sizeof basic) ||
        !GetFileInformationByHandleEx(handle, FileStandardInfo, &standard, sizeof standard)) {
        return failed();
    }
    about->st_mode = standard.Directory ? S_IFDIR : S_IFREG;
    about->st_mode |= (basic.FileAttributes & FILE_ATTRIBUTE_READONLY) != 0 ? FROM_NOBODY : FROM_ANYBODY;
    about->st_size = standard.EndOfFile.QuadPart;
    return 0;
}

int windows_fstat(int descriptor, struct windows_stat *about)
{
    return look((HANDLE)_get_osfhandle(descriptor), about);
}

/* Opened to be asked about, whatever it is; links are followed. */
static HANDLE open_to_ask(const struct path *path)
{
    return CreateFileW(path->text, FILE_READ_ATTRIBUTES, share_all, NULL, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS,
                       NULL);
}

int windows_stat(const char *utf8, struct windows_stat *about)
{
    struct path path;
    if (path_of(utf8, &path) != 0) {
        return -1;
    }
    if (path.is_device) {
        *about = (struct windows_stat){S_IFCHR, 0};
        return 0;
    }
    const HANDLE handle = open_to_ask(&path);
    if (handle == INVALID_HANDLE_VALUE) {
        return failed();
    }
    const int result = look(handle, about), error = errno;
    CloseHandle(handle);
    errno = error;
    return result;
}

int windows_lstat(const char *utf8, struct windows_stat *about)
{
    struct path path;
    if (path_of(utf8, &path) != 0) {
        return -1;
    }
    if (!path.is_device && has_attribute(&path, FILE_ATTRIBUTE_REPARSE_POINT)) {
        *about = (struct windows_stat){S_IFLNK, 0};
        return 0;
    }
    return windows_stat(utf8, about);
}

char *windows_realpath(const char *utf8, char *resolved)
{
    struct path path;
    if (path_of(utf8, &path) != 0) {
        return NULL;
    }
    const HANDLE handle = open_to_ask(&path);
    if (handle == INVALID_HANDLE_VALUE) {
        failed();
        return NULL;
    }
    const DWORD length = GetFinalPathNameByHandleW(handle, path.text, PATH_MAX, FILE_NAME_NORMALIZED);
    if (length >= PATH_MAX) {
        SetLastError(ERROR_FILENAME_EXCED_RANGE); /* the call itself has not failed */
    }
    const bool is_told =
        length > 0 && length < PATH_MAX &&
        WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, path.text, -1, resolved, PATH_MAX, NULL, NULL) > 0;
    if (!is_told) {
        failed();
    }
    CloseHandle(handle);
    return is_told ? resolved : NULL;
}

/* ---- names ---- */

/* Whoever has a file open may be done in a moment. */
static bool may_pass(DWORD error)
{
    return error == ERROR_ACCESS_DENIED || error == ERROR_SHARING_VIOLATION || error == ERROR_LOCK_VIOLATION ||
           error == ERROR_USER_MAPPED_FILE;
}

int windows_rename(const char *from_utf8, const char *to_utf8)
{
    struct path from, to;
    if (path_of(from_utf8, &from) != 0 || path_of(to_utf8, &to) != 0) {
        return -1;
    }
    if (has_attribute(&to, FILE_ATTRIBUTE_READONLY)) {
        return failed_with(EACCES);
    }
    for (int i = 0; !MoveFileExW(from.text, to.text, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH); i++) {
        if (i == TRIES || !may_pass(GetLastError())) {
            return failed();
        }
        Sleep(NAP_MILLISECONDS);
    }
    return 0;
}

int windows_unlink(const char *utf8)
{
    struct path path;
    if (path_of(utf8, &path) != 0) {
        return -1;
    }
    for (int i = 0; !DeleteFileW(path.text); i++) {
        if (i == TRIES || !may_pass(GetLastError())) {
            return failed();
        }
        Sleep(NAP_MILLISECONDS);
    }
    return 0;
}
