using Aspire.Hosting;
using Microsoft.Extensions.Configuration;
using Shop.AppHost;

var builder = DistributedApplication.CreateBuilder(args);
var replicas = builder.Configuration.GetValue("Shop:Replicas", 2);
var secrets = builder.AddSecrets();

var postgres = builder.AddPostgres("postgres").WithDataVolume()
    .WithArgs("-c", "max_connections=400", "-c", "max_slot_wal_keep_size=1GB");
var catalogdb = postgres.AddDatabase("catalogdb");
var cache = builder.AddRedis("cache").WithDataVolume().WithBoundedMemory();
var messaging = builder.AddRabbitMQ("messaging").WithDataVolume();

var catalog = builder.AddService<Projects.Shop_Catalog>("catalog").WithReplicas(replicas)
    .Needs(catalogdb).Needs(cache).Needs(messaging)
    .As("catalog", secrets.Catalog).Accepts("orders", secrets.Orders).Accepts("operator", secrets.Operator).SeedsInDevelopment()
    .ReadsStandby(postgres, catalogdb);

var orders = builder.AddService<Projects.Shop_Orders>("orders").WithReplicas(replicas)
    .NeedsShards(postgres, "ordersdb").Needs(cache).Needs(messaging)
    .Calls(catalog).As("orders", secrets.Orders)
    .Accepts("catalog", secrets.Catalog).Accepts("payments", secrets.Payments).Accepts("web", secrets.Web)
    .Accepts("operator", secrets.Operator);
catalog.Calls(orders);

var payments = builder.AddService<Projects.Shop_Payments>("payments")
    .Needs(postgres.AddDatabase("paymentsdb")).Needs(messaging)
    .Calls(orders).As("payments", secrets.Payments).Accepts("operator", secrets.Operator);

var web = builder.AddFront<Projects.Shop_Web>("web")
    .Needs(postgres.AddDatabase("webdb"))
    .Calls(catalog).Calls(orders).Calls(payments).As("web", secrets.Web)
    .WithAdministrator(secrets.AdminPassword);

builder.AddSandbox<Projects.Shop_Payments>("sandbox", payments);
web.GivesTokensTo(catalog, orders, payments);
catalog.WithEnvironment("Mail__ShopUrl", web.GetEndpoint("http"));
builder.Build().Run();
