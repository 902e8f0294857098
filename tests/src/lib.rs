//! What the tests share: the program under test, servers of their own.
