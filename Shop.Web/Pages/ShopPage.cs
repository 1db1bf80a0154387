using Microsoft.AspNetCore.Components;

namespace Shop.Web.Pages;

/// <summary>What every page has: the request it answers.</summary>
public abstract class ShopPage : ComponentBase
{
    [CascadingParameter]
    public required HttpContext Context { get; set; }

    protected CancellationToken Aborted => Context.RequestAborted;

    /// <summary>This page with its query, for links that come back to it.</summary>
    protected string Here => Context.Request.Path + Context.Request.QueryString;

    protected bool LoggedIn => Context.User.Identity is { IsAuthenticated: true };
}
