//! The state of the shop, in memory, and what it holds at the start. Knows no HTTP.
//!
//! Identifiers start at 1001, 2001, … so that the smallest number a contract allows is nobody's:
//! whoever tries the edges of an identifier does not wear down what the contract's examples name.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Rows of one table: a shop that is attacked all night must not fill the memory of its host.
const ROWS_MAX: usize = 20_000;

/// Rows by identifier, which counts up.
#[derive(Debug)]
pub(crate) struct Table<T> {
    rows: BTreeMap<i64, T>,
    next_id: i64,
}

/// There is room for no further row.
#[derive(Debug)]
pub(crate) struct Full;

impl<T> Table<T> {
    fn starting_at(next_id: i64) -> Self {
        Self { rows: BTreeMap::new(), next_id }
    }

    /// Whether a row can be added, for those who must write elsewhere first.
    pub(crate) fn check_room(&self) -> Result<(), Full> {
        if self.rows.len() < ROWS_MAX { Ok(()) } else { Err(Full) }
    }

    /// Adds a row made from its identifier.
    pub(crate) fn add(&mut self, row: impl FnOnce(i64) -> T) -> Result<&T, Full> {
        self.check_room()?;
        let id = self.next_id;
        self.next_id += 1;
        Ok(self.rows.entry(id).or_insert(row(id)))
    }

    pub(crate) fn get(&self, id: i64) -> Option<&T> {
        self.rows.get(&id)
    }

    pub(crate) fn get_mut(&mut self, id: i64) -> Option<&mut T> {
        self.rows.get_mut(&id)
    }

    pub(crate) fn remove(&mut self, id: i64) -> Option<T> {
        self.rows.remove(&id)
    }

    /// Rows in the order they were added.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.rows.values()
    }

    pub(crate) fn retain(&mut self, is_kept: impl Fn(&T) -> bool) {
        self.rows.retain(|_, row| is_kept(row));
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Product {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) sku: Option<String>,
    pub(crate) price_cents: i64,
    pub(crate) category: String,
    pub(crate) stock: i64,
    pub(crate) description: Option<String>,
    pub(crate) weight_kg: Option<f64>,
    pub(crate) tags: Vec<String>,
    pub(crate) dimensions: Option<Dimensions>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[expect(
    clippy::struct_field_names,
    reason = "the unit is part of the member's name in the contract"
)]
pub(crate) struct Dimensions {
    pub(crate) length_mm: i64,
    pub(crate) width_mm: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) height_mm: Option<i64>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Review {
    pub(crate) id: i64,
    pub(crate) product_id: i64,
    pub(crate) rating: i64,
    pub(crate) author: String,
    pub(crate) text: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Customer {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) country: Option<String>,
    pub(crate) marketing: bool,
    pub(crate) balance_cents: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum OrderStatus {
    Pending,
    Paid,
    Shipped,
    Cancelled,
}

impl OrderStatus {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Cancelled => "cancelled",
        }
    }
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct OrderItem {
    pub(crate) product_id: i64,
    pub(crate) quantity: i64,
    /// Of one piece, as it was when ordered.
    pub(crate) price_cents: i64,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Order {
    pub(crate) id: i64,
    pub(crate) customer_id: i64,
    pub(crate) status: OrderStatus,
    pub(crate) items: Vec<OrderItem>,
    pub(crate) coupon: Option<String>,
    pub(crate) note: Option<String>,
    pub(crate) note_preview: Option<String>,
    pub(crate) total_cents: i64,
    pub(crate) average_cents: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tracking: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
pub(crate) struct Coupon {
    pub(crate) code: String,
    pub(crate) percent_off: i64,
    pub(crate) max_uses: i64,
    pub(crate) uses_left: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Payment {
    pub(crate) id: i64,
    pub(crate) order_id: i64,
    pub(crate) amount_cents: i64,
    pub(crate) method: String,
}

/// Everything that the shop knows.
#[derive(Debug)]
pub(crate) struct Shop {
    pub(crate) products: Table<Product>,
    pub(crate) reviews: Table<Review>,
    pub(crate) customers: Table<Customer>,
    pub(crate) orders: Table<Order>,
    pub(crate) payments: Table<Payment>,
    coupons: BTreeMap<String, Coupon>,
    /// Payments by Idempotency-Key.
    keys: BTreeMap<String, i64>,
}

impl Shop {
    /// The shop as it opens: what the examples of the contract name is there.
    pub(crate) fn seeded() -> Self {
        let mut shop = Self {
            products: Table::starting_at(1001),
            reviews: Table::starting_at(4001),
            customers: Table::starting_at(2001),
            orders: Table::starting_at(3001),
            payments: Table::starting_at(5001),
            coupons: BTreeMap::new(),
            keys: BTreeMap::new(),
        };
        for (name, category, price_cents) in PRODUCTS {
            shop.seed_product(name, category, *price_cents);
        }
        for (name, email) in CUSTOMERS {
            let customer = |id| Customer {
                id,
                name: (*name).to_owned(),
                email: (*email).to_owned(),
                country: Some("DE".to_owned()),
                marketing: false,
                balance_cents: 0,
            };
            shop.customers.add(customer).expect("an empty table has room");
        }
        for status in ORDERS {
            shop.seed_order(*status);
        }
        for (code, percent_off) in [("WELCOME10", 10), ("SUMMER20", 20)] {
            let (code, max_uses) = (code.to_owned(), 1_000_000);
            let coupon = Coupon { code: code.clone(), percent_off, max_uses, uses_left: max_uses };
            shop.coupons.insert(code, coupon);
        }
        let payment =
            |id| Payment { id, order_id: 3003, amount_cents: 2 * 2490, method: "card".to_owned() };
        shop.payments.add(payment).expect("an empty table has room");
        let review = |id| Review {
            id,
            product_id: 1003,
            rating: 5,
            author: "Grace".to_owned(),
            text: Some("Just right.".to_owned()),
        };
        shop.reviews.add(review).expect("an empty table has room");
        shop
    }

    fn seed_product(&mut self, name: &str, category: &str, price_cents: i64) {
        let product = |id| Product {
            id,
            name: name.to_owned(),
            sku: Some(format!("SHP-{id}")),
            price_cents,
            category: category.to_owned(),
            stock: 1_000_000,
            description: Some(format!("{name} for every day.")),
            weight_kg: Some(1.5),
            tags: vec![category.to_owned()],
            dimensions: None,
        };
        self.products.add(product).expect("an empty table has room");
    }

    fn seed_order(&mut self, status: OrderStatus) {
        let order = |id| Order {
            id,
            customer_id: 2001,
            status,
            items: vec![OrderItem { product_id: 1003, quantity: 2, price_cents: 2490 }],
            coupon: None,
            note: None,
            note_preview: None,
            total_cents: 2 * 2490,
            average_cents: 2490,
            tracking: None,
        };
        self.orders.add(order).expect("an empty table has room");
    }

    pub(crate) fn coupon(&self, code: &str) -> Option<&Coupon> {
        self.coupons.get(code)
    }

    pub(crate) fn coupon_mut(&mut self, code: &str) -> Option<&mut Coupon> {
        self.coupons.get_mut(code)
    }

    /// Adds a coupon whose code is not there yet.
    pub(crate) fn add_coupon(&mut self, coupon: Coupon) -> Result<(), Full> {
        if self.coupons.len() >= ROWS_MAX {
            return Err(Full);
        }
        self.coupons.insert(coupon.code.clone(), coupon);
        Ok(())
    }

    /// The payment that was made under this key.
    pub(crate) fn paid_by(&self, key: &str) -> Option<&Payment> {
        self.keys.get(key).and_then(|id| self.payments.get(*id))
    }

    /// Remembers under which key a payment was made. There are no more keys than payments.
    pub(crate) fn remember_key(&mut self, key: &str, payment_id: i64) {
        self.keys.insert(key.to_owned(), payment_id);
    }

    /// Whether an order names the product.
    pub(crate) fn is_ordered(&self, product_id: i64) -> bool {
        let names = |item: &OrderItem| item.product_id == product_id;
        self.orders.iter().any(|order| order.items.iter().any(names))
    }
}

const PRODUCTS: &[(&str, &str, i64)] = &[
    ("Desk", "office", 24_900),
    ("Watering can", "garden", 1290),
    ("Desk lamp", "office", 2490),
    ("Kettle", "kitchen", 3990),
    ("Bread knife", "kitchen", 1990),
    ("Armchair", "home", 39_900),
    ("Curtain", "home", 4990),
    ("Rake", "garden", 1790),
    ("Stapler", "office", 890),
    ("Teapot", "kitchen", 2790),
    ("Carpet", "home", 12_900),
    ("Spade", "garden", 2190),
];

const CUSTOMERS: &[(&str, &str)] = &[
    ("Ada Lovelace", "ada@mail.example"),
    ("Alan Turing", "alan@mail.example"),
    ("Edsger Dijkstra", "edsger@mail.example"),
];

/// 3001 and following, each named by the example of an operation.
const ORDERS: &[OrderStatus] = &[
    OrderStatus::Shipped,
    OrderStatus::Pending,
    OrderStatus::Paid,
    OrderStatus::Pending,
    OrderStatus::Cancelled,
];

#[cfg(test)]
mod tests {
    use super::{OrderStatus, ROWS_MAX, Shop, Table};

    #[test]
    fn what_the_examples_of_the_contract_name_is_there() {
        let shop = Shop::seeded();
        for id in [1001, 1003, 1006, 1007, 1009] {
            assert!(shop.products.get(id).is_some(), "product {id}");
        }
        let status = |id| shop.orders.get(id).map(|order| order.status);
        assert_eq!(status(3002), Some(OrderStatus::Pending));
        assert_eq!(status(3003), Some(OrderStatus::Paid));
        assert_eq!(status(3005), Some(OrderStatus::Cancelled));
        assert!(shop.is_ordered(1003) && !shop.is_ordered(1009));
        assert!(shop.customers.get(2001).is_some() && shop.payments.get(5001).is_some());
        assert!(shop.coupon("WELCOME10").is_some());
    }

    #[test]
    fn a_table_has_an_end() {
        let mut table = Table::starting_at(1);
        for _ in 0..ROWS_MAX {
            table.add(|id| id).unwrap();
        }
        assert!(table.add(|id| id).is_err());
        table.remove(7);
        assert!(table.add(|id| id).is_ok());
    }
}
