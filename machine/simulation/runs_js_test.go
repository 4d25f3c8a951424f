package simulation

const runs = 3 // it takes ten times as long
