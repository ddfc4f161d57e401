// Package awsapi makes calls to AWS and says what their errors mean, whoever makes them and why. It knows no objects.
package awsapi
