module libdnn

go 1.19
