//! The catalogue of faults: one file each, with what there is to know about it and, as far as that
//! is sensible, the faulty piece of behaviour itself. The correct twin stands where it is called.
//!
//! A fault strikes inputs that the contract alone leads to: limits and what lies one beyond them,
//! one rule broken at a time, or plain random values. No magic constants: the harness must find
//! each of them on every seed.

pub(crate) mod absent_author_fails;
pub(crate) mod absent_description_left_out;
pub(crate) mod ampersand_unescaped;
pub(crate) mod blank_search_fails;
pub(crate) mod category_case_ignored;
pub(crate) mod country_unchecked;
pub(crate) mod created_answers_200;
pub(crate) mod created_without_location;
pub(crate) mod description_cleaned_slowly;
pub(crate) mod empty_items_fail;
pub(crate) mod empty_list_is_null;
pub(crate) mod greeting_unescaped;
pub(crate) mod hosts_unchecked;
pub(crate) mod html_not_found;
pub(crate) mod large_amount_drops_connection;
pub(crate) mod large_offset_overflows;
pub(crate) mod largest_count_never_ends;
pub(crate) mod largest_page_breaks_off;
pub(crate) mod limit_ignored;
pub(crate) mod limit_off_by_one;
pub(crate) mod location_template_unfilled;
pub(crate) mod longest_name_rejected;
pub(crate) mod longest_search_hangs;
pub(crate) mod lowest_price_rejected;
pub(crate) mod missing_rating_defaults;
pub(crate) mod name_measured_in_bytes;
pub(crate) mod new_customer_is_unreadable;
pub(crate) mod no_parcels_divides;
pub(crate) mod no_reviews_divide;
pub(crate) mod note_cut_mid_character;
pub(crate) mod null_description_fails;
pub(crate) mod patch_wipes_tags;
pub(crate) mod patched_price_is_kept;
pub(crate) mod price_as_text;
pub(crate) mod product_outlives_deletion;
pub(crate) mod put_adds_to_stock;
pub(crate) mod quantity_off_by_one;
pub(crate) mod refusal_as_text;
pub(crate) mod refused_price_is_stored;
pub(crate) mod total_count_as_text;
pub(crate) mod trace_in_refusal;
pub(crate) mod trailing_text_ignored;
pub(crate) mod unknown_customer_answers_204;
pub(crate) mod unknown_member_accepted;
pub(crate) mod unlisted_sort_fails;
pub(crate) mod zero_quantity_divides;

use serde_json::Value;

/// A catalogued fault.
#[derive(Clone, Copy, Debug)]
pub struct Fault {
    /// Its name: a fact about the service, unique in the catalogue.
    pub name: &'static str,
    /// What goes wrong, why such code gets written, what the correct twin does, what triggers it,
    /// and an example; for people.
    pub explain: &'static str,
    /// Names of the checks that catch it, separated by commas; the first is the main one.
    pub caught_by: &'static str,
    /// Where it strikes, e.g. `POST /orders`.
    pub operation: &'static str,
    /// Bends the operation's rules, for a limit that is wrong or a rule that is forgotten. It is
    /// given the Operation Object with all references resolved.
    pub(crate) bend: Option<fn(&mut Value)>,
}

/// Every fault, by the check that catches it.
pub static FAULTS: &[Fault] = &[
    no_parcels_divides::FAULT,
    no_reviews_divide::FAULT,
    empty_items_fail::FAULT,
    zero_quantity_divides::FAULT,
    absent_author_fails::FAULT,
    note_cut_mid_character::FAULT,
    large_offset_overflows::FAULT,
    null_description_fails::FAULT,
    blank_search_fails::FAULT,
    unlisted_sort_fails::FAULT,
    created_answers_200::FAULT,
    unknown_customer_answers_204::FAULT,
    product_outlives_deletion::FAULT,
    patched_price_is_kept::FAULT,
    patch_wipes_tags::FAULT,
    put_adds_to_stock::FAULT,
    refused_price_is_stored::FAULT,
    new_customer_is_unreadable::FAULT,
    hosts_unchecked::FAULT,
    html_not_found::FAULT,
    refusal_as_text::FAULT,
    price_as_text::FAULT,
    absent_description_left_out::FAULT,
    empty_list_is_null::FAULT,
    ampersand_unescaped::FAULT,
    created_without_location::FAULT,
    total_count_as_text::FAULT,
    location_template_unfilled::FAULT,
    trace_in_refusal::FAULT,
    greeting_unescaped::FAULT,
    limit_ignored::FAULT,
    trailing_text_ignored::FAULT,
    limit_off_by_one::FAULT,
    quantity_off_by_one::FAULT,
    missing_rating_defaults::FAULT,
    country_unchecked::FAULT,
    category_case_ignored::FAULT,
    unknown_member_accepted::FAULT,
    longest_name_rejected::FAULT,
    name_measured_in_bytes::FAULT,
    lowest_price_rejected::FAULT,
    large_amount_drops_connection::FAULT,
    largest_page_breaks_off::FAULT,
    longest_search_hangs::FAULT,
    largest_count_never_ends::FAULT,
    description_cleaned_slowly::FAULT,
];

/// The schema of a parameter.
fn parameter_schema<'a>(operation: &'a mut Value, name: &str) -> &'a mut Value {
    let parameters = operation["parameters"].as_array_mut().into_iter().flatten();
    let mut named = parameters.filter(|parameter| parameter["name"] == name);
    let parameter = named.next().expect("a fault bends a parameter that the contract has");
    &mut parameter["schema"]
}

/// The schema of JSON content.
fn content_schema(operation: &mut Value) -> &mut Value {
    &mut operation["requestBody"]["content"]["application/json"]["schema"]
}
