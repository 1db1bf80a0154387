using Shop.Catalog;
using Shop.Catalog.Administration;
using Shop.Catalog.Inventory;
using Shop.Catalog.Pictures;
using Shop.Catalog.Products;
using Shop.Catalog.Search;
using Shop.ServiceDefaults;
using Shop.ServiceDefaults.Data;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddShopAuthentication();
builder.AddDatabase("catalogdb");
builder.AddCatalog();
builder.AddProducts();
builder.AddSearch();
builder.AddInventory();
builder.AddAdministration();

var app = builder.Build();
app.UseServiceDefaults();
app.MapDefaultEndpoints();
app.MapProducts();
app.MapVariants();
app.MapCategories();
app.MapAdministration();
app.MapPictures();
app.MapReservations();
app.Run();
