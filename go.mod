module github.com/techcommerce/platform

go 1.26
