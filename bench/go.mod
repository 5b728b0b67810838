module mindflow/bench

go 1.26.0
