//! The words of the pages, in English and Lao: one catalogue a page. The Lao is ours where it is not the rulebook's, and not
//! reviewed by a lawyer.

pub mod api;
pub mod case;
pub mod connection;
pub mod dates;
pub mod docket;
pub mod entry;
pub mod feeds;
pub mod figures;
pub mod flaw;
pub mod frame;
pub mod health;
pub mod inbox;
pub mod law;
pub mod live;
pub mod login;
pub mod looks;
pub mod mail;
pub mod office_change;
pub mod operate;
pub mod overview;
pub mod paper;
pub mod second_look;
pub mod shift;
