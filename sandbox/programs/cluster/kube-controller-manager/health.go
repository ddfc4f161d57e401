package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"
)

// healthServer answers /healthz to holders of a client certificate.
type healthServer struct {
	address, certificate, key, clientAuthority string
}

// serve answers until the context ends.
func (h healthServer) serve(ctx context.Context) error {
	authority, err := os.ReadFile(h.clientAuthority)
	if err != nil {
		return err
	}
	clients := x509.NewCertPool()
	if !clients.AppendCertsFromPEM(authority) {
		return fmt.Errorf("%s: no certificate in it", h.clientAuthority)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	server := &http.Server{
		Addr:              h.address,
		Handler:           mux,
		ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{
			MinVersion: tls.VersionTLS13,
			ClientAuth: tls.RequireAndVerifyClientCert,
			ClientCAs:  clients,
		},
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	if err := server.ListenAndServeTLS(h.certificate, h.key); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
