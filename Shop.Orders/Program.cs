using Shop.Orders.Cart;
using Shop.Orders.Checkout;
using Shop.Orders.Events;
using Shop.Orders.Expiry;
using Shop.Orders.Orders;
using Shop.Orders.Payments;
using Shop.Orders.Sharding;
using Shop.ServiceDefaults;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopAuthentication();
var shards = builder.AddShards();
builder.AddOrderMessaging(shards);
builder.AddCart();
builder.Services.AddCheckout().AddOrders().AddOrderEvents().AddExpiryAndRetention();

var app = builder.Build();
app.UseServiceDefaults();
app.MapDefaultEndpoints();
app.MapCart();
app.MapCheckout();
app.MapOrders();
app.MapOrderEvents();
app.MapPaymentStart();
app.Run();
