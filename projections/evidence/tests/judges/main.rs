//! Judges that nobody here wrote: code and vectors of others.

mod c2sp;
mod trees;
mod vectors;
