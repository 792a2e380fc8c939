//! Customers: list, create, read.

use axum::extract::State;
use serde::Deserialize;

use super::{Shared, page};
use crate::answer::{Answer, conflict, created_at, not_found, ok};
use crate::call::Call;
use crate::faults::{
    largest_page_breaks_off, new_customer_is_unreadable, unknown_customer_answers_204,
};
use crate::shop::Customer;

#[derive(Deserialize)]
struct NewCustomer {
    name: String,
    email: String,
    country: Option<String>,
    #[serde(default)]
    marketing: bool,
}

pub(super) async fn list(State(service): Shared, call: Call) -> Answer {
    let country = call.text("country");
    let is_wanted = |customer: &&Customer| {
        country.is_none_or(|country| customer.country.as_deref() == Some(country))
    };
    let customers: Vec<Customer> =
        service.shop().customers.iter().filter(is_wanted).cloned().collect();
    if service.has(&largest_page_breaks_off::FAULT)
        && let Some(broken) = largest_page_breaks_off::answer(call.integer("limit"))
    {
        return Ok(broken);
    }
    Ok(ok(&page(&call, &customers)))
}

pub(super) async fn create(State(service): Shared, call: Call) -> Answer {
    let NewCustomer { name, email, country, marketing } = call.content()?;
    let mut shop = service.shop();
    if shop.customers.iter().any(|customer| customer.email == email) {
        return Err(conflict("the e-mail address is already registered"));
    }
    let customer = |id| Customer { id, name, email, country, marketing, balance_cents: 0 };
    let customer = shop.customers.add(customer)?;
    Ok(created_at(&format!("/customers/{}", customer.id), customer))
}

pub(super) async fn read(State(service): Shared, call: Call) -> Answer {
    let id = call.id("customer_id")?;
    let shop = service.shop();
    let found = shop.customers.get(id);
    let is_fault_on = service.has(&new_customer_is_unreadable::FAULT);
    if is_fault_on && found.is_some() && !new_customer_is_unreadable::knows(id) {
        return Err(not_found("customer", id));
    }
    match found {
        Some(customer) => Ok(ok(customer)),
        None if service.has(&unknown_customer_answers_204::FAULT) => {
            Ok(unknown_customer_answers_204::answer())
        }
        None => Err(not_found("customer", id)),
    }
}
