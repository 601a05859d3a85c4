# LuaJIT: see ../run.sh.
version() {
    luajit -v
}

circle() {
    LUA_PATH="$here/?.lua" luajit "$here/circle.lua"
}

check() {
    LUA_PATH="$here/?.lua" luajit "$here/check.lua"
}
