//! Orders: list, create, read, delete, and their way from pending to shipped or cancelled.

use axum::extract::State;
use serde::Deserialize;
use serde_json::json;

use super::{Shared, page};
use crate::answer::{Answer, Refusal, conflict, created_at, no_content, not_found, ok};
use crate::call::Call;
use crate::faults::{
    created_without_location, empty_items_fail, empty_list_is_null, html_not_found, limit_ignored,
    note_cut_mid_character, zero_quantity_divides,
};
use crate::service::Service;
use crate::shop::{Order, OrderItem, OrderStatus, Shop};

/// Length of a preview in octets.
const PREVIEW_BYTES_MAX: usize = 25;

#[derive(Deserialize)]
struct NewOrder {
    customer_id: i64,
    items: Vec<NewItem>,
    coupon: Option<String>,
    note: Option<String>,
}

#[derive(Deserialize)]
struct NewItem {
    product_id: i64,
    quantity: i64,
}

pub(super) async fn list(State(service): Shared, mut call: Call) -> Answer {
    if service.has(&limit_ignored::FAULT) {
        limit_ignored::strike(&mut call);
    }
    let is_wanted = |order: &&Order| {
        call.text("status").is_none_or(|status| order.status.as_str() == status)
            && call.integer("customer_id").is_none_or(|id| order.customer_id == id)
    };
    let shop = service.shop();
    if service.has(&empty_list_is_null::FAULT)
        && let Some(page) = empty_list_is_null::rendered(&shop.orders, call.integer("customer_id"))
    {
        return Ok(ok(&page));
    }
    let orders: Vec<Order> = shop.orders.iter().filter(is_wanted).cloned().collect();
    Ok(ok(&page(&call, &orders)))
}

pub(super) async fn create(State(service): Shared, call: Call) -> Answer {
    let new: NewOrder = call.content()?;
    if service.has(&empty_items_fail::FAULT) {
        empty_items_fail::strike(new.items.len())?;
    }
    let quantities: Vec<i64> = new.items.iter().map(|item| item.quantity).collect();
    if service.has(&zero_quantity_divides::FAULT) {
        zero_quantity_divides::strike(&quantities)?;
    }
    let note_preview = preview(&service, new.note.as_deref())?;
    let mut shop = service.shop();
    if shop.customers.get(new.customer_id).is_none() {
        return Err(conflict(&format!("customer {} not found", new.customer_id)));
    }
    shop.orders.check_room()?;
    let items = items_in_stock(&shop, &new.items)?;
    let full_cents: i64 = items.iter().map(|item| item.quantity * item.price_cents).sum();
    let percent_off = match &new.coupon {
        None => 0,
        Some(code) => use_up(&mut shop, code)?,
    };
    let total_cents = full_cents * (100 - percent_off) / 100;
    // The gate lets no order without pieces in.
    let average_cents = total_cents / quantities.iter().sum::<i64>().max(1);
    for item in &items {
        if let Some(product) = shop.products.get_mut(item.product_id) {
            product.stock -= item.quantity;
        }
    }
    let order = shop.orders.add(|id| Order {
        id,
        customer_id: new.customer_id,
        status: OrderStatus::Pending,
        items,
        coupon: new.coupon,
        note: new.note,
        note_preview,
        total_cents,
        average_cents,
        tracking: None,
    })?;
    let answer = created_at(&format!("/orders/{}", order.id), order);
    if service.has(&created_without_location::FAULT) {
        return Ok(created_without_location::strike(answer));
    }
    Ok(answer)
}

fn preview(service: &Service, note: Option<&str>) -> Result<Option<String>, Refusal> {
    let Some(note) = note else { return Ok(None) };
    if service.has(&note_cut_mid_character::FAULT) {
        return note_cut_mid_character::preview(note).map(Some);
    }
    let end = note.floor_char_boundary(PREVIEW_BYTES_MAX.min(note.len()));
    Ok(Some(note[..end].to_owned()))
}

/// The items with their prices, if everything that is ordered is there.
fn items_in_stock(shop: &Shop, wanted: &[NewItem]) -> Result<Vec<OrderItem>, Refusal> {
    let mut items: Vec<OrderItem> = Vec::with_capacity(wanted.len());
    for &NewItem { product_id, quantity } in wanted {
        let Some(product) = shop.products.get(product_id) else {
            return Err(conflict(&format!("product {product_id} not found")));
        };
        let of_it = items.iter().filter(|item| item.product_id == product_id);
        let before: i64 = of_it.map(|item| item.quantity).sum();
        if before + quantity > product.stock {
            return Err(conflict(&format!("product {product_id} is out of stock")));
        }
        items.push(OrderItem { product_id, quantity, price_cents: product.price_cents });
    }
    Ok(items)
}

/// Uses a coupon once; what it takes off, in percent.
fn use_up(shop: &mut Shop, code: &str) -> Result<i64, Refusal> {
    match shop.coupon_mut(code) {
        None => Err(conflict(&format!("coupon {code} not found"))),
        Some(coupon) if coupon.uses_left == 0 => Err(conflict("the coupon is used up")),
        Some(coupon) => {
            coupon.uses_left -= 1;
            Ok(coupon.percent_off)
        }
    }
}

pub(super) async fn read(State(service): Shared, call: Call) -> Answer {
    let id = call.id("order_id")?;
    match service.shop().orders.get(id) {
        Some(order) => Ok(ok(order)),
        None if service.has(&html_not_found::FAULT) => Err(html_not_found::answer().into()),
        None => Err(not_found("order", id)),
    }
}

pub(super) async fn delete(State(service): Shared, call: Call) -> Answer {
    let id = call.id("order_id")?;
    let mut shop = service.shop();
    match shop.orders.get(id).map(|order| order.status) {
        None => Err(not_found("order", id)),
        Some(OrderStatus::Cancelled) => {
            shop.orders.remove(id);
            Ok(no_content())
        }
        Some(status) => Err(conflict(&format!("the order is {}", status.as_str()))),
    }
}

pub(super) async fn cancel(State(service): Shared, call: Call) -> Answer {
    let id = call.id("order_id")?;
    let mut shop = service.shop();
    let Some(order) = shop.orders.get_mut(id) else { return Err(not_found("order", id)) };
    match order.status {
        OrderStatus::Pending | OrderStatus::Paid => order.status = OrderStatus::Cancelled,
        OrderStatus::Shipped | OrderStatus::Cancelled => {
            return Err(conflict(&format!("the order is {}", order.status.as_str())));
        }
    }
    let order = order.clone();
    for item in &order.items {
        if let Some(product) = shop.products.get_mut(item.product_id) {
            product.stock += item.quantity;
        }
    }
    Ok(ok(&order))
}

pub(super) async fn ship(State(service): Shared, call: Call) -> Answer {
    let id = call.id("order_id")?;
    let mut shop = service.shop();
    let Some(order) = shop.orders.get_mut(id) else { return Err(not_found("order", id)) };
    match order.status {
        OrderStatus::Paid => order.status = OrderStatus::Shipped,
        OrderStatus::Pending | OrderStatus::Shipped | OrderStatus::Cancelled => {
            return Err(conflict(&format!("the order is {}", order.status.as_str())));
        }
    }
    order.tracking = call.member("tracking").unwrap_or(&json!(null)).as_str().map(str::to_owned);
    Ok(ok(order))
}
