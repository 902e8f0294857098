//! The words of the pages, in English and Lao: one catalogue a page. The Lao is ours where it is not the rulebook's, and not
//! reviewed by a lawyer.

pub mod api;
pub mod connection;
pub mod flaw;
pub mod frame;
pub mod health;
pub mod login;
pub mod operate;
