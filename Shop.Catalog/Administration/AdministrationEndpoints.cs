using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Exchange;
using Shop.Catalog.Products;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Administration;

/// <summary>What administrators do, and who did what.</summary>
public static class AdministrationEndpoints
{
    public static void AddAdministration(this IHostApplicationBuilder builder)
    {
        builder.AddExchange();
        builder.Services.AddSingleton<AuditLog>();
        builder.Services.AddSingleton<PriceHistory>();
        builder.Services.AddHostedService<HistoryRetention>();
    }

    public static void MapAdministration(this IEndpointRouteBuilder app)
    {
        app.MapProductEditing();
        app.MapExchange();
        app.MapBrandEditing();
        app.MapCategoryEditing();
        var group = app.MapGroup("/api").WithTags("Administration").RequireAuthorization(ShopClaims.Admin);
        group.MapGet("/audit", AuditAsync)
            .WithName("ListAudit").WithSummary("Who changed what and when, the newest first").ProducesValidationProblem();
        group.MapGet("/products/{id}/prices", PricesAsync)
            .WithName("ListPrices").WithSummary("The prices of a product's variants, the newest first").ProducesValidationProblem();
    }

    private static async Task<Ok<AuditPage>> AuditAsync(
        string? subject, long? after, int? limit, AuditLog audit, CancellationToken cancellationToken) =>
        TypedResults.Ok(await audit.ReadAsync(subject, after, limit, cancellationToken));

    private static async Task<Ok<PricePage>> PricesAsync(
        long id, long? after, int? limit, PriceHistory prices, CancellationToken cancellationToken) =>
        TypedResults.Ok(await prices.ReadAsync(id, after, limit, cancellationToken));
}
