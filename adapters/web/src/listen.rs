//! Takes connections, within bounds, and hands their requests to the router.
