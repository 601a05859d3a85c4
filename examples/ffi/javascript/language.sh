# JavaScript, Node from 16 on: see ../run.sh. npm fetches koffi, of the version in package.json, and runs nothing of it.
# It is asked before the version is told, so that this language is skipped where there is no network.
fetch() {
    cp "$here"/*.js "$here/package.json" .
    cmp -s package.json installed.json || {
        npm install --ignore-scripts --no-package-lock --no-audit --no-fund --fetch-retry-mintimeout=1000 &&
            cp package.json installed.json
    }
}

version() {
    command -v npm >/dev/null && fetch >/dev/null &&
        node -p '`Node ${process.versions.node}, koffi ${require("koffi").version}`'
}

circle() {
    node circle.js
}

check() {
    node --expose-gc --max-semi-space-size=1 check.js
}
