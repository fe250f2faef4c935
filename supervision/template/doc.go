// Package template is the form on which a buyer submits a request (rules R03 and R04).
package template
