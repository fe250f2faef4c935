// Package bridge translates between the independent model and the library, and
// tells where they disagree.
package bridge
