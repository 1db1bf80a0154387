using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Shop.Catalog.Products;
using Shop.ServiceDefaults.Problems;

namespace Shop.Catalog.Search;

/// <summary>What helps to narrow a list and to type a search.</summary>
public static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/products").WithTags("Products").AllowAnonymous();
        group.MapGet("/facets", FacetsAsync).WithName("CountFacets")
            .WithSummary("Count what the list could be narrowed to, under the same filters").ProducesValidationProblem();
        group.MapGet("/suggestions", SuggestionsAsync).WithName("SuggestProducts")
            .WithSummary("Suggest products, categories and brands for what is typed").ProducesValidationProblem();
    }

    private static async Task<Ok<ProductFacets>> FacetsAsync(
        [AsParameters] ProductConditionsQuery query, HttpContext http, Facets facets, CancellationToken cancellationToken)
    {
        var check = new Validator();
        var conditions = ProductConditions.Parse(query, check);
        check.ThrowIfInvalid();
        return TypedResults.Ok(await facets.ReadAsync(conditions, Language.Choose(http, query.Lang), cancellationToken));
    }

    /// <param name="q">What is typed so far; the last word may be unfinished.</param>
    /// <param name="limit">1 to 10; 10 by default.</param>
    /// <param name="lang">en or zh; wins over Accept-Language.</param>
    private static async Task<Ok<SuggestionItems>> SuggestionsAsync(
        [FromQuery] string? q, [FromQuery] int? limit, [FromQuery] string? lang, HttpContext http, Suggestions suggestions,
        CancellationToken cancellationToken)
    {
        var number = limit ?? Suggestions.MaxLimit;
        new Validator()
            .Check(q is null || q.Length <= SearchQuery.MaxLength, "q", $"must be at most {SearchQuery.MaxLength} characters")
            .Check(number is >= 1 and <= Suggestions.MaxLimit, "limit", $"must be between 1 and {Suggestions.MaxLimit}")
            .ThrowIfInvalid();
        var language = Language.Choose(http, lang);
        return TypedResults.Ok(await suggestions.ReadAsync(SearchQuery.Parse(q ?? ""), language, number, cancellationToken));
    }
}
