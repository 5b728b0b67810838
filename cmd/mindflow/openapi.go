package main

import (
	"log/slog"
	"net/http"

	"mindflow/internal/transport/rest"
)

type openapiCommand struct{}

func (openapiCommand) Run(c *console) error {
	document, err := rest.New(nil, slog.New(slog.DiscardHandler), rest.Settings{Version: version, Site: http.NotFoundHandler()}).Document()
	if err != nil {
		return err
	}
	_, err = c.out.Write(append(document, '\n'))
	return err
}
