using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Shop.Catalog.Mail;
using Shop.Catalog.Products;
using Shop.Catalog.StockEvents;
using Shop.ServiceDefaults;

namespace Shop.Catalog.Subscriptions;

/// <summary>Customers wait for what is sold out.</summary>
public static class SubscriptionEndpoints
{
    private const string Address = "/api/subscriptions";

    /// <summary>Events about stock, and the mails that come of them.</summary>
    public static void AddStockEvents(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<StockEventOptions>().BindConfiguration(StockEventOptions.Section)
            .ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<StockEventMetrics>();
        builder.Services.AddSingleton<StockNewsStore>();
        builder.Services.AddSingleton<LowStockThresholds>();
        builder.Services.AddSingleton<StockAnnouncer>();
        builder.Services.AddHostedService(services => services.GetRequiredService<StockAnnouncer>());
        builder.Services.AddSingleton<SubscriptionStore>();
        builder.Services.AddSingleton<NoticeStore>();
        builder.Services.AddSingleton<Notifier>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Notifier>());
        builder.AddMail();
    }

    public static void MapSubscriptions(this IEndpointRouteBuilder app)
    {
        var product = app.MapGroup("/api/products/{id}/subscriptions").WithTags("Subscriptions").RequireAuthorization();
        product.MapPost("/", AddAsync).WithName("Subscribe").WithSummary("Be told by mail, once, when a sold-out variant is back in stock")
            .WithDescription("204: you wait for it already.")
            .ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
        product.MapDelete("/", RemoveAsync).WithName("Unsubscribe").WithSummary("Wait no longer")
            .ProducesValidationProblem();
        app.MapGet(Address, ListAsync).WithTags("Subscriptions").RequireAuthorization()
            .WithName("ListSubscriptions").WithSummary("What you wait for, the oldest first");
    }

    private static async Task<Results<Created, NoContent>> AddAsync(
        long id, SubscriptionInput? input, string? lang, HttpContext http, SubscriptionStore store, CancellationToken cancellationToken)
    {
        SubscriptionInput.Check(input?.Sku);
        var subscriber = Subscriber.Of(http.User, Language.Choose(http, lang));
        return await store.AddAsync(subscriber, id, input?.Sku, cancellationToken) ? TypedResults.Created(Address) : TypedResults.NoContent();
    }

    /// <param name="sku">None for the default variant.</param>
    private static async Task<NoContent> RemoveAsync(
        long id, string? sku, ClaimsPrincipal user, SubscriptionStore store, CancellationToken cancellationToken)
    {
        SubscriptionInput.Check(sku);
        await store.RemoveAsync(user.CustomerId(), id, sku, cancellationToken);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<SubscriptionList>> ListAsync(
        string? lang, HttpContext http, SubscriptionStore store, CancellationToken cancellationToken) =>
        TypedResults.Ok(await store.ReadAsync(http.User.CustomerId(), Language.Choose(http, lang), cancellationToken));
}
