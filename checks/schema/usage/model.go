package usage

// modelReaders read the models of one ORM each; what is not theirs they pass by.
var modelReaders = []func(*reader){}
