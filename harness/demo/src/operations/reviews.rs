//! Reviews, children of products.

use axum::extract::State;
use serde::Deserialize;

use super::{Shared, page};
use crate::answer::{Answer, created, not_found, ok, with_field};
use crate::call::Call;
use crate::faults::{
    absent_author_fails, created_answers_200, missing_rating_defaults, no_reviews_divide,
    total_count_as_text,
};
use crate::shop::Review;

/// The field that counts the reviews on all pages.
const TOTAL_COUNT: &str = "x-total-count";
/// Who wrote a review that names nobody.
const NOBODY: &str = "anonymous";

#[derive(Deserialize)]
struct NewReview {
    rating: i64,
    author: Option<String>,
    text: Option<String>,
}

pub(super) async fn list(State(service): Shared, call: Call) -> Answer {
    let product_id = call.id("product_id")?;
    let least = call.integer("min_rating").unwrap_or_default();
    let shop = service.shop();
    if shop.products.get(product_id).is_none() {
        return Err(not_found("product", product_id));
    }
    let of_product: Vec<&Review> =
        shop.reviews.iter().filter(|review| review.product_id == product_id).collect();
    if service.has(&no_reviews_divide::FAULT) {
        no_reviews_divide::strike(of_product.iter().map(|review| review.rating))?;
    }
    let wanted = of_product.into_iter().filter(|review| review.rating >= least);
    let reviews: Vec<Review> = wanted.cloned().collect();
    let page = page(&call, &reviews);
    let total = if service.has(&total_count_as_text::FAULT) {
        total_count_as_text::rendered(page.items.len(), page.total)
    } else {
        page.total.to_string()
    };
    Ok(with_field(ok(&page), TOTAL_COUNT, &total))
}

pub(super) async fn create(State(service): Shared, mut call: Call) -> Answer {
    let product_id = call.id("product_id")?;
    if service.has(&missing_rating_defaults::FAULT) {
        missing_rating_defaults::fill_in(&mut call);
    }
    let new: NewReview = call.content()?;
    let author = if service.has(&absent_author_fails::FAULT) {
        absent_author_fails::author(new.author)?
    } else {
        new.author.unwrap_or_else(|| NOBODY.to_owned())
    };
    let mut shop = service.shop();
    if shop.products.get(product_id).is_none() {
        return Err(not_found("product", product_id));
    }
    let review = |id| Review { id, product_id, rating: new.rating, author, text: new.text };
    let review = shop.reviews.add(review)?;
    if service.has(&created_answers_200::FAULT) {
        return Ok(created_answers_200::answer(review));
    }
    Ok(created(review))
}
