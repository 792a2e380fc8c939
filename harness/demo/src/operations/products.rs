//! Products: list, create, read, replace, update, delete.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Shared, page};
use crate::answer::{Answer, conflict, created_at, no_content, not_found, ok};
use crate::call::Call;
use crate::faults::{
    absent_description_left_out, category_case_ignored, description_cleaned_slowly,
    large_offset_overflows, location_template_unfilled, lowest_price_rejected,
    name_measured_in_bytes, null_description_fails, patch_wipes_tags, patched_price_is_kept,
    product_outlives_deletion, put_adds_to_stock, refused_price_is_stored, unlisted_sort_fails,
};
use crate::shop::{Dimensions, Product};

#[derive(Deserialize)]
struct NewProduct {
    name: String,
    sku: Option<String>,
    price_cents: i64,
    category: String,
    #[serde(default)]
    stock: i64,
    description: Option<String>,
    weight_kg: Option<f64>,
    #[serde(default)]
    tags: Vec<String>,
    dimensions: Option<Dimensions>,
}

impl NewProduct {
    fn with_id(self, id: i64) -> Product {
        Product {
            id,
            name: self.name,
            sku: self.sku,
            price_cents: self.price_cents,
            category: self.category,
            stock: self.stock,
            description: self.description,
            weight_kg: self.weight_kg,
            tags: self.tags,
            dimensions: self.dimensions,
        }
    }
}

pub(super) async fn list(State(service): Shared, call: Call) -> Answer {
    if service.has(&large_offset_overflows::FAULT) {
        large_offset_overflows::strike(call.integer("offset"))?;
    }
    if service.has(&lowest_price_rejected::FAULT) {
        lowest_price_rejected::strike(call.integer("min_price"))?;
    }
    let mut products: Vec<Product> = service
        .shop()
        .products
        .iter()
        .filter(|product| is_wanted(&call, product))
        .cloned()
        .collect();
    match call.text("sort") {
        None | Some("name") => products.sort_by(|one, other| one.name.cmp(&other.name)),
        Some("-name") => products.sort_by(|one, other| other.name.cmp(&one.name)),
        Some("price") => products.sort_by_key(|product| product.price_cents),
        Some("-price") => products.sort_by_key(|product| -product.price_cents),
        // The gate lets nothing else in, unless this fault opens it.
        Some(other) => return Err(unlisted_sort_fails::answer(other)),
    }
    Ok(ok(&page(&call, &products)))
}

fn is_wanted(call: &Call, product: &Product) -> bool {
    let text = call.text("q").map(str::to_lowercase);
    text.is_none_or(|text| product.name.to_lowercase().contains(&text))
        && call.text("category").is_none_or(|category| product.category == category)
        && call.integer("min_price").is_none_or(|least| product.price_cents >= least)
        && call.integer("max_price").is_none_or(|most| product.price_cents <= most)
        && call.boolean("in_stock").is_none_or(|wanted| (product.stock > 0) == wanted)
}

pub(super) async fn create(State(service): Shared, mut call: Call) -> Answer {
    if service.has(&category_case_ignored::FAULT) {
        category_case_ignored::normalise(&mut call);
    }
    let new: NewProduct = call.content()?;
    let mut shop = service.shop();
    let product = shop.products.add(|id| new.with_id(id))?;
    let mut value = json!(product);
    if service.has(&absent_description_left_out::FAULT) {
        absent_description_left_out::strike(&mut value);
    }
    let location = if service.has(&location_template_unfilled::FAULT) {
        location_template_unfilled::LOCATION.to_owned()
    } else {
        format!("/products/{}", product.id)
    };
    Ok(created_at(&location, &value))
}

pub(super) async fn read(State(service): Shared, call: Call) -> Answer {
    let id = call.id("product_id")?;
    match service.shop().products.get(id) {
        Some(product) => Ok(ok(product)),
        None => Err(not_found("product", id)),
    }
}

pub(super) async fn replace(State(service): Shared, call: Call) -> Answer {
    let id = call.id("product_id")?;
    let new: NewProduct = call.content()?;
    if service.has(&description_cleaned_slowly::FAULT) {
        description_cleaned_slowly::strike(new.description.as_deref().unwrap_or_default()).await;
    }
    if service.has(&name_measured_in_bytes::FAULT) {
        name_measured_in_bytes::strike(&new.name)?;
    }
    match service.shop().products.get_mut(id) {
        Some(product) => {
            let before = product.stock;
            *product = new.with_id(id);
            if service.has(&put_adds_to_stock::FAULT) {
                product.stock = product.stock.saturating_add(before);
            }
            Ok(ok(product))
        }
        None => Err(not_found("product", id)),
    }
}

pub(super) async fn update(State(service): Shared, call: Call) -> Answer {
    /// Only what is named is there; the description may be named and null.
    #[derive(Deserialize)]
    struct Changes {
        name: Option<String>,
        price_cents: Option<i64>,
        category: Option<String>,
        stock: Option<i64>,
        tags: Option<Vec<String>>,
    }

    let id = call.id("product_id")?;
    let changes: Changes = call.content()?;
    let description = call.member("description");
    if service.has(&null_description_fails::FAULT) {
        null_description_fails::strike(description)?;
    }
    let mut shop = service.shop();
    let Some(product) = shop.products.get_mut(id) else { return Err(not_found("product", id)) };
    if let Some(description) = description {
        product.description = description.as_str().map(str::to_owned);
    }
    set(&mut product.name, changes.name);
    let price = product.price_cents;
    set(&mut product.price_cents, changes.price_cents);
    set(&mut product.category, changes.category);
    set(&mut product.stock, changes.stock);
    if service.has(&patch_wipes_tags::FAULT) {
        product.tags = changes.tags.unwrap_or_default();
    } else {
        set(&mut product.tags, changes.tags);
    }
    if service.has(&refused_price_is_stored::FAULT) && changes.price_cents.is_some() {
        refused_price_is_stored::strike(product.price_cents)?;
    }
    let answer = ok(product);
    if service.has(&patched_price_is_kept::FAULT) {
        product.price_cents = price;
    }
    Ok(answer)
}

fn set<T>(member: &mut T, change: Option<T>) {
    if let Some(value) = change {
        *member = value;
    }
}

pub(super) async fn delete(State(service): Shared, call: Call) -> Answer {
    let id = call.id("product_id")?;
    let mut shop = service.shop();
    if shop.products.get(id).is_none() {
        return Err(not_found("product", id));
    }
    if shop.is_ordered(id) {
        return Err(conflict("an order names the product"));
    }
    if service.has(&product_outlives_deletion::FAULT) {
        return Ok(no_content());
    }
    shop.products.remove(id);
    shop.reviews.retain(|review| review.product_id != id);
    Ok(no_content())
}
