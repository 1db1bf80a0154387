using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Shop.Tests.Service.Orders;

internal sealed record StubLine(long ProductId, int Quantity, string? Sku = null);

internal sealed record StubReserve(Guid OrderId, int Revision, Guid CustomerId, StubLine[] Lines, string? Coupon = null);

/// <summary>
/// Stands in for Catalog where Catalog is not the subject: stock in memory behind one lock, and the rules of its internal
/// reservations (idempotent by order and revision, all lines or none, closed after a release). The coupon TEN takes ten percent
/// off from <see cref="Minimum"/> on, and every other coupon is refused.
/// </summary>
internal sealed class CatalogStub
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, (int Stock, long Price)> _products = [];
    private readonly Dictionary<Guid, Held> _held = [];

    /// <summary>Total in minor units that the coupon TEN asks for.</summary>
    public const long Minimum = 300;

    /// <summary>Answers 503 to everything.</summary>
    public bool Away { get; set; }

    /// <summary>How long a reservation is good for.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(15);

    public int ListCalls { get; private set; }

    public void Put(long productId, int stock, long price)
    {
        lock (_lock)
        {
            _products[productId] = (stock, price);
        }
    }

    public void Retire(long productId)
    {
        lock (_lock)
        {
            _products.Remove(productId);
        }
    }

    /// <summary>Units held by reservations that are open.</summary>
    public int Reserved(long productId)
    {
        lock (_lock)
        {
            return _held.Values.Where(held => held.Open).SelectMany(held => held.Lines).Where(line => line.ProductId == productId).Sum(line => line.Quantity);
        }
    }

    public int Reservations(long productId)
    {
        lock (_lock)
        {
            return _held.Values.Count(held => held.Open && held.Lines.Any(line => line.ProductId == productId));
        }
    }

    public void Map(WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (!Away)
            {
                return next(context);
            }

            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        });
        app.MapPost("/internal/reservations", (StubReserve body, HttpRequest request) =>
            request.Headers["X-Service-Key"] == "orders-key" ? Reserve(body) : Results.StatusCode(401));
        app.MapDelete("/internal/reservations/{orderId:guid}", (Guid orderId, int? revision) => Release(orderId, revision));
        app.MapGet("/api/variants", List);
    }

    private IResult Reserve(StubReserve body)
    {
        lock (_lock)
        {
            var known = _held.GetValueOrDefault(body.OrderId);
            if (known is { Open: false } && body.Revision <= known.Revision)
            {
                return Refuse(409, new { code = "reservation_closed", revision = known.Revision });
            }

            if (known is { Open: true } && (body.Revision < known.Revision || (body.Revision == known.Revision && (!known.Lines.SequenceEqual(body.Lines) || known.Coupon != body.Coupon))))
            {
                return Refuse(409, new { code = "reservation_conflict" });
            }

            foreach (var line in body.Lines)
            {
                if (!_products.TryGetValue(line.ProductId, out var product))
                {
                    return Refuse(404, new { code = "product_unknown", productId = line.ProductId });
                }

                var others = _held.Where(entry => entry.Key != body.OrderId && entry.Value.Open).SelectMany(entry => entry.Value.Lines)
                    .Where(held => held.ProductId == line.ProductId).Sum(held => held.Quantity);
                if (others + line.Quantity > product.Stock)
                {
                    return Refuse(409, new { code = "sold_out", productId = line.ProductId, available = product.Stock - others });
                }
            }

            var total = body.Lines.Sum(line => line.Quantity * _products[line.ProductId].Price);
            if (Unusable(body.Coupon, total) is { } refused)
            {
                return refused;
            }

            var discount = body.Coupon is null ? 0 : total / 10;
            var lease = known is { Open: true } ? known.ExpiresAt : TimeProvider.System.GetUtcNow() + Lease;
            _held[body.OrderId] = new(body.Revision, body.Lines, lease, Open: true, body.Coupon);
            return Results.Ok(new
            {
                body.OrderId,
                body.Revision,
                expiresAt = lease,
                currency = "CNY",
                total = total - discount,
                discount,
                body.Coupon,
                lines = body.Lines.Select(line => new { line.ProductId, sku = line.Sku ?? $"P{line.ProductId}", name = $"Product {line.ProductId}", nameZh = $"商品 {line.ProductId}", line.Quantity, _products[line.ProductId].Price }),
            });
        }
    }

    private static IResult? Unusable(string? coupon, long total) => coupon switch
    {
        null => null,
        "TEN" => total < Minimum ? Refuse(409, new { code = "coupon_minimum", minimum = Minimum }) : null,
        "ONCE" => Refuse(409, new { code = "coupon_limit", limit = 1 }),
        "GONE" => Refuse(409, new { code = "coupon_used_up" }),
        "OVER" => Refuse(409, new { code = "coupon_not_valid" }),
        _ => Refuse(404, new { code = "coupon_unknown" }),
    };

    private IResult Release(Guid orderId, int? revision)
    {
        lock (_lock)
        {
            var known = _held.GetValueOrDefault(orderId);
            _held[orderId] = (known ?? new(0, [], default, false)) with { Open = false, Revision = revision ?? int.MaxValue };
            return Results.NoContent();
        }
    }

    // The default variant of a product has the SKU "P" and its number; "-L" behind it names a larger one of the same price.
    private IResult List(string? products, string? skus)
    {
        lock (_lock)
        {
            ListCalls++;
            var wanted = Parts(products).Select(id => (Id: long.Parse(id), Sku: $"P{id}"))
                .Concat(Parts(skus).Select(sku => (Id: long.Parse(sku.Split('-')[0][1..]), Sku: sku)));
            return Results.Ok(new { items = wanted.Where(one => _products.ContainsKey(one.Id)).Select(one => Show(one.Id, one.Sku)) });
        }
    }

    private static string[] Parts(string? list) => string.IsNullOrEmpty(list) ? [] : list.Split(',');

    private object Show(long id, string sku) => new
    {
        productId = id,
        sku,
        isDefault = sku == $"P{id}",
        slug = $"product-{id}",
        name = $"Product {id}",
        price = _products[id].Price / 100m,
        currency = "CNY",
        imageUrl = $"/img/{id}.svg",
        available = _products[id].Stock,
    };

    private static IResult Refuse(int status, object body) =>
        Results.Json(body, JsonSerializerOptions.Web, "application/problem+json", status);

    private sealed record Held(int Revision, StubLine[] Lines, DateTimeOffset ExpiresAt, bool Open, string? Coupon = null);
}
